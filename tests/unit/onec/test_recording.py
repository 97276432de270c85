"""A dialogue written down: readable, comparable, without credentials."""

from __future__ import annotations

from pathlib import Path

import httpx

from onec.recording import Recorder

KEY = "0123456789abcdef"
GUID = "5d0c1b5e-0000-4000-8000-000000000001"


def _site(request: httpx.Request) -> httpx.Response:
    headers = {"Content-Type": "text/plain; charset=utf-8", "Date": "now"}
    match request.url.params["mode"]:
        case "checkauth":
            body = f"success\nname\n{KEY}\ntimestamp=1700000000"
        case "query":
            body = '<?xml version="1.0"?>\n<a ДатаФормирования="2026-11-24T00:00:00"/>\n'
        case "listen":
            return httpx.Response(304)
        case _:
            body = "success"
    return httpx.Response(200, content=body.encode(), headers=headers)


def test_a_dialogue_is_the_same_whenever_it_is_held(tmp_path: Path) -> None:
    recorder = Recorder()
    with httpx.Client(
        transport=httpx.MockTransport(_site),
        auth=("обмен".encode(), "пароль".encode()),
        headers={"User-Agent": "1C"},
        event_hooks={"response": [recorder]},
    ) as client:
        client.get("http://portal/1c/?mode=checkauth")
        target = f"http://portal/1c/?mode=file&filename=orders-{GUID}_1.xml"
        client.post(target, content=b"12345", headers={"Cookie": f"name={KEY}"})
        client.get("http://portal/1c/?mode=query")
        client.get("http://portal/1c/?mode=listen")
    recorder.save(tmp_path / "dialogue.txt")
    assert (tmp_path / "dialogue.txt").read_text(encoding="utf-8") == (
        "> GET /1c/?mode=checkauth\n"
        "> User-Agent: 1C\n"
        "> Authorization: Basic <user:password>\n"
        "< 200\n"
        "< Content-Type: text/plain; charset=utf-8\n"
        "< Content-Length: 50\n"
        "| success\n"
        "| name\n"
        "| <key>\n"
        "| timestamp=<moment>\n"
        "\n"
        "> POST /1c/?mode=file&filename=orders-<guid>_1.xml\n"
        "> User-Agent: 1C\n"
        "> Cookie: name=<key>\n"
        "> Authorization: Basic <user:password>\n"
        "> (5 bytes)\n"
        "< 200\n"
        "< Content-Type: text/plain; charset=utf-8\n"
        "< Content-Length: 7\n"
        "| success\n"
        "\n"
        "> GET /1c/?mode=query\n"
        "> User-Agent: 1C\n"
        "> Authorization: Basic <user:password>\n"
        "< 200\n"
        "< Content-Type: text/plain; charset=utf-8\n"
        "< Content-Length: 82\n"
        '| <?xml version="1.0"?>\n'
        '| <a ДатаФормирования="<moment>"/>\n'
        "|\n"
        "\n"
        "> GET /1c/?mode=listen\n"
        "> User-Agent: 1C\n"
        "> Authorization: Basic <user:password>\n"
        "< 304\n"
    )
