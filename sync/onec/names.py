"""Names of files as 1C sends them, made safe. Pure: no Django, no database.

1C sends exchange files by bare name and pictures by a relative path, with slashes of either kind,
sometimes behind the folder of its own machine (`C:\\Temp\\v8_3B8F_3e.zip`). A name is never used
as a path here, yet one that was made to be dangerous is refused: whoever sends it is not 1C.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Literal

LONGEST = 500
PICTURES = "import_files"

NameKind = Literal["exchange", "archive", "other"]

_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_TEMPORARY = re.compile(r"^v8_\w+\.\w+$", re.IGNORECASE)
_TMP = re.compile(r"/(?:var/)?tmp/").match
# folders of the machine that 1C or its web server runs on
_OF_1C = re.compile(r"^/?(?:upload/1c/webdata/|webdata/(?=\d+/))(?:\d+/)?", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_RUNNABLE = re.compile(
    r"asp|aspx|ashx|asmx|bat|cgi|cmd|com|cpl|dll|exe|hta|htaccess|htpasswd|jar|js|jsp|"
    r"jspx|mjs|msi|phar|php|php3|php4|php5|php7|phps|pht|phtml|pl|ps1|py|pyc|rb|reg|"
    r"scr|sh|shtml|so|vb|vbs|wsf"
)


class UnsafeName(ValueError):
    """A name that is refused. `name` is as it was sent."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def safe_name(sent: str) -> str:
    """The name to keep a file under: relative, forward slashes, no folder of 1C's own machine.

    Raises UnsafeName for an empty or overlong one, a way up (`..`), an absolute path, a hidden
    file and anything a web server or a person's machine might run.

    >>> safe_name("C:\\\\Temp\\\\v8_3B8F_3e.zip"), safe_name("import_files\\\\ab\\\\c.jpg")
    ('v8_3B8F_3e.zip', 'import_files/ab/c.jpg')
    """
    if _CONTROL.search(sent) or len(sent) > LONGEST:
        raise UnsafeName(sent)
    has_drive = _DRIVE.match(sent) is not None
    plain = sent.strip().replace("\\", "/")
    if has_drive:
        plain = plain[3:]
    plain = _OF_1C.sub("", plain)
    parts = [part for part in plain.split("/") if part not in {"", "."}]
    if not parts or any(part.strip(". ") == "" or part.startswith(".") for part in parts):
        raise UnsafeName(sent)
    if PICTURES in parts:
        parts = parts[parts.index(PICTURES) :]
    elif has_drive or _TMP(plain) or _TEMPORARY.match(parts[-1]):
        parts = parts[-1:]
    elif plain.startswith("/"):
        raise UnsafeName(sent)
    for part in parts:
        if ":" in part or any(map(_RUNNABLE.fullmatch, _suffixes(part))):
            raise UnsafeName(sent)
    return "/".join(parts)


def referred(told: str) -> str:
    """The name of a file as goods refer to it: as `safe_name` kept it, else just as told.

    >>> referred("upload/1c/webdata/import_files\\\\ab\\\\c.jpg")
    'import_files/ab/c.jpg'
    """
    if _IS_PLAIN(told):
        return told
    try:
        return safe_name(told)
    except UnsafeName:
        return told


_IS_PLAIN = re.compile(rf"{PICTURES}(?:/[\w-][\w.-]*)+").fullmatch


def kind_of(name: str) -> NameKind:
    """What a safe name promises. What an exchange file holds is told by its content alone."""
    if name.startswith(f"{PICTURES}/"):
        return "other"
    suffix = suffix_of(name)
    if suffix == ".xml":
        return "exchange"
    return "archive" if suffix == ".zip" else "other"


def suffix_of(name: str) -> str:
    """The last suffix in lower case, with its dot; empty when there is none worth keeping."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""


def _suffixes(part: str) -> list[str]:
    return [piece.strip().lower() for piece in part.split(".")[1:]]
