"""Answers, byte for byte."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from sync.protocol import answers


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (answers.success(), "success"),
        (answers.failure("Нет\r\n файла."), "failure\nНет файла."),
        (answers.progress("Прочитано 5."), "progress\nПрочитано 5."),
        (
            answers.signed_in("0a1b", 1700000000),
            "success\nvitrina_exchange\n0a1b\nsessid=0a1b\ntimestamp=1700000000",
        ),
        (answers.terms(use_zip=False, file_limit=0), "zip=no\nfile_limit=0"),
        (
            answers.terms(use_zip=True, file_limit=5, more=["sessid=0a", "version=2.05"]),
            "zip=yes\nfile_limit=5\nsessid=0a\nversion=2.05",
        ),
    ],
)
@pytest.mark.gotcha(11)
def test_answers_are_these_bytes(answer: HttpResponse, body: str) -> None:
    assert answer.content == body.encode()
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Length"] == str(len(body.encode()))


@pytest.mark.gotcha(15)
def test_xml_names_its_charset_in_the_header() -> None:
    answer = answers.xml("<я/>".encode("cp1251"), "windows-1251")
    assert answer["Content-Type"] == "text/xml; charset=windows-1251"
    assert answer.content == "<я/>".encode("cp1251")


def test_one_line_is_cut_to_what_a_log_shows() -> None:
    assert answers.one_line(" а\nб\t в\x00\x1b ") == "а б в??"
    assert len(answers.one_line("я" * 5000)) == answers.LONGEST
