"""Files on disk become portions."""

from __future__ import annotations

from pathlib import Path

from onec.portions import Portion, collect


def _names(portion: Portion) -> tuple[list[str], list[str]]:
    return [f.name for f in portion.files], [f.name for f in portion.pictures]


def test_collect_groups_by_number_and_gives_pictures_to_who_names_them(tmp_path: Path) -> None:
    pictures = tmp_path / "import_files" / "ab"
    pictures.mkdir(parents=True)
    for name in ("one.jpg", "two.jpg", "unnamed.jpg"):
        (pictures / name).write_bytes(b"")
    texts = {
        "offers0_10.xml": "",
        "import0_10.xml": "<Картинка>import_files/ab/two.jpg</Картинка>",
        "offers0_2.xml": "",
        "import0_2.xml": r"<Картинка>import_files\ab\one.jpg</Картинка>",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    first, second = collect([tmp_path])

    assert _names(first) == (
        ["import0_2.xml", "offers0_2.xml"],
        ["import_files/ab/one.jpg", "import_files/ab/unnamed.jpg"],
    )
    assert _names(second) == (["import0_10.xml", "offers0_10.xml"], ["import_files/ab/two.jpg"])


def test_collect_of_files_without_numbers_is_one_portion(tmp_path: Path) -> None:
    for name in ("offers.xml", "import.xml"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (portion,) = collect([tmp_path / "offers.xml", tmp_path / "import.xml"])
    assert [f.name for f in portion.files] == ["import.xml", "offers.xml"]
