"""Names of files as 1C sends them, and as an attacker does."""

from __future__ import annotations

import pytest

from sync.onec.names import UnsafeName, kind_of, referred, safe_name, suffix_of


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("import0_1.xml", "import0_1.xml"),
        ("  offers.xml ", "offers.xml"),
        ("import_files/ab/c.jpg", "import_files/ab/c.jpg"),
        ("import_files\\ab\\c.jpg", "import_files/ab/c.jpg"),
        ("./import_files//ab/c.jpg", "import_files/ab/c.jpg"),
        ("C:\\Users\\1c\\Temp\\v8_3B8F_3e.zip", "v8_3B8F_3e.zip"),
        ("C:/Temp/import.xml", "import.xml"),
        ("/tmp/v8_3B8F_3e.zip", "v8_3B8F_3e.zip"),
        ("/tmp/v8/import_files/ab/c.jpg", "import_files/ab/c.jpg"),
        ("upload/1c/webdata/import_files/ab/c.jpg", "import_files/ab/c.jpg"),
        ("upload/1c/webdata/import.xml", "import.xml"),
        ("webdata/000000003/import.xml", "import.xml"),
        ("/tmp/v8_A1_2/import.xml", "import.xml"),
        ("goods/goods_1_2.xml", "goods/goods_1_2.xml"),
        ("import_files/ab/Паспорт изделия v1.2.pdf", "import_files/ab/Паспорт изделия v1.2.pdf"),
    ],
)
def test_safe_name_keeps_what_goods_refer_to(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept
    assert referred(sent) == kept


@pytest.mark.parametrize("told", ["https://example.org/a.png", "../a.png", "import_files/a.exe"])
def test_a_reference_that_no_file_has_stays_as_told(told: str) -> None:
    assert referred(told) == told


@pytest.mark.parametrize(
    "sent",
    [
        "",
        " ",
        "..",
        "../../import.xml",
        "import_files/../../../etc/cron.d/x",
        "import_files\\..\\..\\x.jpg",
        "C:\\Temp\\..\\x.xml",
        "/etc/passwd",
        "/import.xml",
        "\\\\server\\share\\import.xml",
        ".htaccess",
        "import_files/.ssh/id.jpg",
        "x.php",
        "import_files/ab/x.PHP",
        "import_files/ab/x.php.jpg",
        "import_files/ab/x.exe",
        "import_files/ab/x.php ",
        "import.xml:stream",
        "import\x00.xml",
        "import\n.xml",
        "... /x.xml",
        "a" * 600 + ".xml",
    ],
)
@pytest.mark.gotcha(19)
def test_safe_name_refuses(sent: str) -> None:
    with pytest.raises(UnsafeName):
        safe_name(sent)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("import.xml", "exchange"),
        ("goods/GOODS_1.XML", "exchange"),
        ("v8_1.zip", "archive"),
        ("import_files/ab/spec.zip", "other"),
        ("import_files/ab/spec.xml", "other"),
        ("import_files/ab/c.jpg", "other"),
        ("readme", "other"),
    ],
)
def test_kind_of(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.JPG", ".jpg"), ("a", ""), ("a.tar.gz", ".gz"), ("a.рус", "")]
)
def test_suffix_of(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix
