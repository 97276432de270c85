"""Files on disk as the portions that 1C sends."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PICTURE_FOLDER = "import_files"
_REFERENCES_FIRST = (
    "units",
    "storages",
    "pricelists",
    "groups",
    "propertiesgoods",
    "import",
    "goods",
    "propertiesoffers",
    "offers",
    "prices",
    "rests",
)
_PORTION = re.compile(r"(\d+(?:_\d+)?)$")
_PICTURE = re.compile(rb"import_files[/\\][^<#\"\s]+")


@dataclass(frozen=True)
class SourceFile:
    """A file to send and the name it is sent under."""

    name: str
    path: Path


@dataclass(frozen=True)
class Portion:
    """Exchange files that belong together, and the pictures they refer to."""

    files: tuple[SourceFile, ...]
    pictures: tuple[SourceFile, ...]


def collect(paths: Iterable[Path]) -> list[Portion]:
    """Files and folders of `paths` as portions, in the order 1C sends them.

    Exchange files with the same number (`import0_2.xml`, `offers0_2.xml`) make a portion. A
    picture goes with the first portion that names it, an unnamed one with the first of all.
    """
    found = [file for path in paths for file in _walk(path)]
    exchange = sorted((f for f in found if _is_exchange_file(f)), key=import_first)
    pictures = {f.name: f for f in found if not _is_exchange_file(f)}
    numbered: dict[tuple[int, ...], list[SourceFile]] = {}
    for file in exchange:
        numbered.setdefault(_portion_number(file), []).append(file)
    portions = []
    for number in sorted(numbered):
        names = dict.fromkeys(name for f in numbered[number] for name in _picture_names(f.path))
        mine = tuple(pictures.pop(name) for name in names if name in pictures)
        portions.append(Portion(tuple(numbered[number]), mine))
    if pictures:
        rest = tuple(pictures.values())
        first = portions[0] if portions else Portion((), ())
        portions[:1] = [Portion(first.files, first.pictures + rest)]
    return portions


def import_first(file: SourceFile) -> tuple[bool, str]:
    """Sort key: files named `import...` before the others, then by name."""
    return (not file.name.startswith("import"), file.name)


def is_reference(file: SourceFile) -> bool:
    """Whether the file is a list of references: those have a session of their own."""
    return file.name.lower().startswith("references")


def references_first(file: SourceFile) -> tuple[int, str]:
    """Sort key of the module of Bitrix: what is referred to before what refers to it."""
    name = file.name.lower()
    known = (place for place, start in enumerate(_REFERENCES_FIRST) if name.startswith(start))
    return next(known, len(_REFERENCES_FIRST)), file.name


def _walk(path: Path) -> list[SourceFile]:
    if path.is_dir():
        inside = sorted(file for file in path.rglob("*") if file.is_file())
        return [SourceFile(_sent_name(file), file) for file in inside]
    return [SourceFile(_sent_name(path), path)]


def _sent_name(path: Path) -> str:
    """Exchange files go by bare name, pictures by their path from `import_files` on."""
    parts = path.parts
    if PICTURE_FOLDER in parts:
        return str(PurePosixPath(*parts[parts.index(PICTURE_FOLDER) :]))
    return path.name


def _is_exchange_file(file: SourceFile) -> bool:
    return file.path.suffix.lower() == ".xml" and not file.name.startswith(PICTURE_FOLDER)


def _portion_number(file: SourceFile) -> tuple[int, ...]:
    number = _PORTION.search(PurePosixPath(file.name).stem)
    return tuple(int(part) for part in number[1].split("_")) if number else ()


def _picture_names(path: Path) -> list[str]:
    return [
        m.decode(errors="replace").replace("\\", "/") for m in _PICTURE.findall(path.read_bytes())
    ]
