"""A folder that 1C writes files into, and a queue that works when told to."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from PIL import Image

from sync.runs import running


def picture_bytes(shade: int) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(body, "PNG")
    return body.getvalue()


class Queue:
    """Remembers what was queued, and does it when told to."""

    def __init__(self) -> None:
        self.runs: list[int] = []
        self.pictures: list[int] = []
        self.queue = running.Queue(self.runs.append, self.pictures.append)

    def work(self) -> None:
        for run in self.runs:
            running.process(run, queue=self.queue)
        self.runs.clear()


def put(drop: Path, name: str, body: bytes | str, *, ready: bool = True) -> Path:
    path = drop / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    if ready:
        path.with_name(f"{path.name}.ready").touch()
    return path


def goods(name: str = "Петля", pictures: str = "") -> str:
    picture = f"<Картинка>{pictures}</Картинка>" if pictures else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация ВерсияСхемы="2.05">'
        "<Каталог><Ид>c1</Ид><Наименование>Каталог</Наименование><Товары><Товар>"
        f"<Ид>p1</Ид><Артикул>П-1</Артикул><Наименование>{name}</Наименование>{picture}"
        "</Товар></Товары></Каталог></КоммерческаяИнформация>"
    )


def packed(**files: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in files.items():
            archive.writestr(
                name.replace("__", "/").replace("_xml", ".xml").replace("_png", ".png"), content
            )
    return body.getvalue()
