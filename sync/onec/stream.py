"""Reading XML of any size safely: bounded memory, no entities, no network, clear errors.

:func:`survey` walks a whole file without building anything and settles its encoding, so that a
broken file is refused before its first object is taken. :func:`chunks` then gives out the wanted
elements in portions and frees each portion when the next is asked for.
"""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from lxml import etree

from sync.onec.broken import disguised, kind_of_error
from sync.onec.cutting import ENCODINGS, NAMES, PLACEHOLDER, Cut, Cutter, by_local_names

logger = logging.getLogger(__name__)

BLOCK = 64 * 1024
SURVEY_BLOCK = 1024 * 1024
OBJECT_LIMIT = 16 * 1024 * 1024
CHUNK_BYTES = 6 * 1024 * 1024
ROOTS = frozenset({"КоммерческаяИнформация"})

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class BadFile(Exception):
    """The file as a whole cannot be read. The text says where and why, in one line.

    `args` are the reason, which can be translated, and details that follow it as they are;
    `line` is 0 where it is the whole file.
    """

    def __init__(self, reason: str, *details: str, line: int = 0) -> None:
        super().__init__(reason, *details)
        self.line = line

    def __str__(self) -> str:
        told = ": ".join(self.args)
        return f"line {self.line}: {told}" if self.line else told


class LocalNames(dict[object, str]):
    """Tag -> its name without the namespace; remembers what it has seen."""

    def __missing__(self, tag: object) -> str:
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        self[tag] = name
        return name


LOCAL = LocalNames()


class _Walk:
    """Parser target that builds nothing: notes the root, refuses a DOCTYPE."""

    def __init__(self) -> None:
        self.had_doctype = False

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        self.had_doctype = True
        raise BadFile("the file declares a document type (DOCTYPE): refused")

    def close(self) -> None:
        return None


def survey(path: Path, *, beat: Callable[[], None] | None = None) -> str | None:
    """Check that the file is whole and well-formed; say which encoding to read it by.

    Returns ``None`` when the XML declaration tells the truth, else the encoding to use instead
    of it: a file declared UTF-8 whose bytes are windows-1251 is read once more as such.
    ``beat`` is called about once a megabyte. Raises BadFile naming the line.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise BadFile("the file is empty")
    if other := disguised(head):
        raise BadFile(other)
    name = _declared_name(head)
    try:
        _walk(path, None, beat)
    except BadFile:
        if name not in {"utf-8", "utf8"} or head.startswith(_BOMS[1:]):
            raise
        bad_line = _first_line_not_utf8(path)
        if bad_line is None:
            raise
        try:
            _walk(path, "windows-1251", beat)
        except BadFile:
            raise BadFile(
                "the bytes are not in the declared encoding UTF-8", line=bad_line
            ) from None
        return "windows-1251"
    return None


def _declared_name(head: bytes) -> str:
    declared = _DECLARED.search(head)
    return declared.group(1).decode("ascii").lower() if declared else "utf-8"


def _first_line_not_utf8(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while block := file.read(SURVEY_BLOCK):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                return line + block.count(b"\n", 0, error.start)
            line += block.count(b"\n")
    # half a character at the very end: the file was cut off, which is told otherwise
    return None


def _root_name(path: Path, encoding: str | None) -> str:
    with path.open("rb") as file:
        for _event, element in etree.iterparse(
            file,
            events=("start",),
            encoding=encoding,
            resolve_entities=False,
            no_network=True,
        ):
            return LOCAL[element.tag]
    return ""


def _walk(path: Path, encoding: str | None, beat: Callable[[], None] | None) -> None:
    target = _Walk()
    parser = etree.XMLParser(
        target=cast("Any", target),
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        with path.open("rb") as file:
            while block := file.read(SURVEY_BLOCK):
                parser.feed(block)
                if beat is not None:
                    beat()
        parser.close()
        root = _root_name(path, encoding)
    except etree.XMLSyntaxError as error:
        raise _broken(error, path) from None
    if root not in ROOTS:
        raise BadFile("the root element is not <КоммерческаяИнформация>", f"<{root[:60]}>")


def _broken(error: etree.XMLSyntaxError, path: Path | None = None) -> BadFile:
    message = " ".join((error.msg or "").split())
    code = int(getattr(error, "code", 0))
    logger.info("broken XML, line %s, code %s: %s", error.lineno, code, message)
    return BadFile(*kind_of_error(code, message, path), line=error.lineno or 0)


class Found(NamedTuple):
    """A wanted object: its own element, or the placeholder of one that was cut out."""

    element: etree._Element
    cut: Cut | None = None


def chunks(
    path: Path,
    *,
    encoding: str | None,
    tags: tuple[str, ...],
    accept: Callable[[str, etree._Element], bool],
    size: int,
) -> Iterator[list[Found]]:
    """Wanted objects in portions of at most ``size`` and about six megabytes.

    ``accept(local name, element)`` decides by the element's surroundings. The elements of a
    portion are emptied when the next one is asked for. Raises BadFile for a syntax error and
    for an object over 16 megabytes.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        # of a file that was surveyed only undeclared prefixes are left to be forgiven
        recover=True,
        tag=[f"{{*}}{tag}" for tag in (*tags, PLACEHOLDER)],
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    portion: list[Found] = []
    portion_bytes = quiet_bytes = 0
    with path.open("rb") as file:
        cutter = _cutter(file, encoding)
        for element in _ended(file, parser, cutter):
            if element is None:
                portion_bytes += BLOCK
                # only what is wanted is freed: all else, parts of objects too, fills the memory
                quiet_bytes += BLOCK
                if quiet_bytes > OBJECT_LIMIT:
                    raise BadFile("an object of the file is over 16 MB: refused")
                if portion_bytes > CHUNK_BYTES and portion:
                    yield portion
                    free(portion)
                    portion, portion_bytes = [], 0
                continue
            for found in _found(element, cutter, accept):
                quiet_bytes = 0
                portion.append(found)
                if len(portion) >= size:
                    yield portion
                    free(portion)
                    portion, portion_bytes = [], 0
    if portion:
        yield portion
        free(portion)


def _cutter(file: BinaryIO, encoding: str | None) -> Cutter | None:
    head = file.read(4096)
    file.seek(0)
    if head.startswith(_BOMS[1:]):
        return None
    plain = ENCODINGS.get(encoding or _declared_name(head))
    return Cutter(plain) if plain else None


def _found(
    element: etree._Element,
    cutter: Cutter | None,
    accept: Callable[[str, etree._Element], bool],
) -> list[Found]:
    name = LOCAL[element.tag]
    if name != PLACEHOLDER:
        return [Found(element)] if accept(name, element) else []
    if cutter is None or element.prefix or not cutter.runs:
        return []  # the file's own
    # a run has one place in the file, and so may hold one wanted name
    wanted = {each: accept(each, element) for each in NAMES}
    return [Found(element, cut) for cut in cutter.runs.popleft() if wanted[cut.name]]


def _ended(
    file: BinaryIO, parser: etree.XMLPullParser, cutter: Cutter | None
) -> Iterator[etree._Element | None]:
    """Each ended element; after each block ``None``."""
    try:
        while block := file.read(BLOCK):
            if left := cutter.take(block) if cutter is not None else block:
                parser.feed(left)
            yield from _named(parser)
            yield None
        if cutter is not None and (left := cutter.finish()):
            parser.feed(left)
        parser.close()
        yield from _named(parser)
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None


def _named(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    """Ended elements; those of a file with undeclared prefixes by their local names."""
    faults = parser.feed_error_log
    odd = len(faults) > 0
    for fault in faults:
        if fault.type != etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE:
            raise BadFile(*kind_of_error(fault.type, fault.message or ""), line=fault.line)
    for _event, ended in parser.read_events():
        element = cast("etree._Element", ended)
        yield by_local_names(element) if odd else element


def free(portion: Sequence[Found]) -> None:
    """Empty the elements and drop what stands before the last of them under each parent."""
    last_of: dict[etree._Element, etree._Element] = {}
    for element in dict.fromkeys(each.element for each in portion):
        parent = element.getparent()
        element.clear()
        if parent is not None:
            last_of[parent] = element
    for parent, last in last_of.items():
        while last.getprevious() is not None:
            del parent[0]
