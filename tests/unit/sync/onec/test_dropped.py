"""What a file out of a folder is for."""

from __future__ import annotations

import pytest

from sync.onec.dropped import purpose_of
from tests.factories.statement import document, text


@pytest.mark.gotcha(31)
@pytest.mark.parametrize(
    ("name", "head", "purpose"),
    [
        ("import0_1.xml", b"<?xml", "goods"),
        ("offers.xml", b"", "goods"),
        ("deep/rests.XML", b"", "goods"),
        ("orders-12.xml", b"", "orders"),
        ("documents.xml", b"", "orders"),
        ("1cbitrix-5.xml", b"", "orders"),
        ("upload.xml", "<КоммерческаяИнформация><Документ>".encode(), "orders"),
        ("upload.xml", "<КоммерческаяИнформация><Документ>".encode("cp1251"), "orders"),
        ("v8_3B8F_3e.zip", b"PK", "archive"),
        ("import_files/ab/c.jpg", b"", "picture"),
        ("import_files/ab/c.bin", b"", "picture"),
        ("photo.JPG", b"", "picture"),
        ("kl_to_1c.txt", text(document()).encode("cp1251"), "statement"),
        ("statement", text(document()).encode(), "statement"),
        ("readme.txt", b"hello", None),
        ("data.json", b"{}", None),
        ("noname", b"", None),
    ],
)
def test_purpose(name: str, head: bytes, purpose: str | None) -> None:
    assert purpose_of(name, head) == purpose
