"""`vitrina demo` writes reproducible catalogues of any size."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def _write(folder: Path, *more: str) -> str:
    out = StringIO()
    call_command(
        "demo", "--size", "120", "--portion", "50", "--out", str(folder), *more, stdout=out
    )
    return out.getvalue()


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_folder_gets_portions_of_the_asked_size(tmp_path: Path) -> None:
    told = _write(tmp_path / "a")
    assert "120 products" in told
    assert sorted(_bytes(tmp_path / "a")) == sorted(
        f"{kind}0_{number}.xml" for kind in ("import", "offers") for number in (1, 2, 3)
    )


def test_the_seed_decides_every_byte(tmp_path: Path) -> None:
    for folder, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        _write(tmp_path / folder, "--seed", seed)
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")
    assert _bytes(tmp_path / "a") != _bytes(tmp_path / "c")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CommandError, match="not empty"):
        _write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_it_must_be_said_where_to() -> None:
    with pytest.raises(CommandError, match="--out"):
        call_command("demo", "--size", "10")


@pytest.mark.parametrize("option", ["--size", "--portion"])
def test_nothing_is_not_a_size(option: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("demo", "--out", str(tmp_path / "a"), *("--size", "1"), option, "0")
