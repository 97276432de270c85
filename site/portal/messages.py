"""Translations without GNU gettext: find message ids, keep the `.po` files, compile `.mo`.

Each app owns one catalogue. It holds the ids of the app's Python files and of `templates/<app>/`;
every other template belongs to `portal`, whose catalogue also translates what Wagtail and other
packages leave in English. So an id that the code does not use is nothing wrong.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGE = "ru"
REST = "portal"
"""The app that owns templates outside the apps' own folders."""

_FUNCTIONS: dict[str, None] = dict.fromkeys(
    (
        "_",
        "gettext",
        "gettext_lazy",
        "gettext_noop",
        "ngettext",
        "ngettext_lazy",
        "pgettext",
        "pgettext_lazy",
        "npgettext",
        "npgettext_lazy",
    )
)
MessageId = str | tuple[str, str]


@dataclass(frozen=True)
class Found:
    """A message id in the sources: singular, or singular and plural; context or None."""

    id: MessageId
    context: str | None
    place: str
    line: int


def app_folders(root: Path) -> dict[str, Path]:
    """Folders of our apps by label: those under `root` and `root/site` that have an `apps.py`."""
    configs = [*root.glob("*/apps.py"), *(root / "site").glob("*/apps.py")]
    return {config.parent.name: config.parent for config in sorted(configs)}


def catalogue_path(folder: Path) -> Path:
    """Where the app in `folder` keeps its translations."""
    return folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def find_messages(root: Path) -> dict[str, list[Found]]:
    """Message ids of the sources under `root` by app label, in order of place."""
    folders = app_folders(root)
    found: dict[str, list[Found]] = {label: [] for label in folders}
    for label, folder in folders.items():
        for path in sorted(folder.rglob("*.py")):
            found[label] += _in_python(path.read_bytes(), str(path.relative_to(root)))
    templates = root / "templates"
    for path in sorted([*templates.rglob("*.html"), *templates.rglob("*.txt")]):
        first = path.relative_to(templates).parts[0]
        owner = first if first in folders else REST
        found[owner] += _in_template(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    return found


def problems(root: Path) -> list[str]:
    """One line for each message that is missing, untranslated, fuzzy or wrongly formatted."""
    lines = []
    folders = app_folders(root)
    for label, messages in find_messages(root).items():
        catalogue = read_catalogue(catalogue_path(folders[label]))
        for found in {(m.id, m.context): m for m in reversed(messages)}.values():
            fault = _fault(catalogue.get(found.id, found.context), catalogue)
            if fault:
                lines.append(f"{found.place}:{found.line}: {fault}: {_plain(found.id)!r} [{label}]")
    return sorted(lines)


def add_missing(root: Path) -> dict[str, int]:
    """Add message ids that the catalogues lack, untranslated; how many for each app."""
    folders = app_folders(root)
    counts = {}
    for label, messages in find_messages(root).items():
        path = catalogue_path(folders[label])
        catalogue = read_catalogue(path)
        before = len(catalogue)
        for found in messages:
            if catalogue.get(found.id, found.context) is None:
                catalogue.add(found.id, context=found.context)
        if len(catalogue) > before:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as target:
                write_po(target, catalogue, width=100, no_location=True)
            counts[label] = len(catalogue) - before
    return counts


def compile_all(folders: Mapping[str, Path]) -> int:
    """Write each `.mo` that is older than its `.po`; how many were written."""
    count = 0
    for folder in folders.values():
        source = catalogue_path(folder)
        target = source.with_suffix(".mo")
        if not source.exists():
            continue
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with target.open("wb") as file:
            write_mo(file, read_catalogue(source))
        count += 1
    return count


def read_catalogue(path: Path) -> Catalog:
    """The catalogue in `path`, an empty one when there is no file."""
    if not path.exists():
        return Catalog(
            locale=LANGUAGE,
            domain="django",
            header_comment="# Russian translations of Vitrina.",
            project="Vitrina",
            version="0.1",
            msgid_bugs_address="",
            last_translator="",
            language_team=LANGUAGE,
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="django", abort_invalid=True)


def _fault(message: Message | None, catalogue: Catalog) -> str:
    if message is None:
        return "not in the catalogue"
    text = message.string
    strings = [text] if isinstance(text, str) else list(text or ())
    if not strings or not all(strings):
        return "not translated"
    if message.fuzzy:
        return "fuzzy"
    return "; ".join(str(error) for error in message.check(catalogue))


def _in_python(source: bytes, place: str) -> Iterator[Found]:
    for line, function, arguments, _comments in extract_python(
        io.BytesIO(source), _FUNCTIONS, [], {}
    ):
        parts = [arguments] if isinstance(arguments, str) else list(arguments or ())
        found = _from_call(str(function), [part for part in parts if part is not None])
        if found:
            yield Found(found[0], found[1], place, line)


def _in_template(source: str, place: str) -> Iterator[Found]:
    # Django turns a template into text with Python calls in it, line by line
    for number, line in enumerate(templatize(source).splitlines(), start=1):
        if "_(" in line or "gettext(" in line:
            for found in _in_python(line.strip().encode(), place):
                yield Found(found.id, found.context, place, number)


def _from_call(function: str, texts: list[str]) -> tuple[MessageId, str | None] | None:
    context = None
    if function.removeprefix("n").startswith("pgettext"):
        context, *texts = texts or [""]
    if not texts or not texts[0]:
        return None
    if function.startswith("n") and len(texts) > 1:
        return (texts[0], texts[1]), context
    return texts[0], context


def _plain(message_id: MessageId) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]
