"""Small reading of elements by their local names."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from sync.onec import values
from sync.onec.stream import LOCAL


def text(element: etree._Element | None) -> str:
    """Trimmed text of an element, empty when there is none."""
    if element is None or not element.text:
        return ""
    return element.text.strip()


def child(element: etree._Element, name: str) -> etree._Element | None:
    """First child of that local name."""
    return next(element.iterchildren("{*}" + name), None)


def children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """Children of that local name; none of an absent element."""
    if element is not None:
        yield from element.iterchildren("{*}" + name)


def child_text(element: etree._Element, name: str) -> str:
    """Trimmed text of the first child of that name, empty when there is none."""
    return text(child(element, name))


def fields(element: etree._Element) -> dict[str, str]:
    """Trimmed texts of the children by name; the first of equal names."""
    found: dict[str, str] = {}
    for each in element:
        found.setdefault(LOCAL[each.tag], (each.text or "").strip())
    return found


def pairs(
    element: etree._Element | None, item: str, key: str
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``<item><key/><Значение/>*</item>`` lists: key with its non-empty values, in order."""
    found: list[tuple[str, tuple[str, ...]]] = []
    if element is None:
        return ()
    for each in element.iterchildren("{*}" + item):
        name = ""
        told: list[str] = []
        for part in each:
            local = LOCAL[part.tag]
            if local == "Значение":
                if part.text and (value := part.text.strip()):
                    told.append(value)
            elif local == key:
                name = (part.text or "").strip()
        if name:
            found.append((name, tuple(told)))
    return tuple(found)


def marked_deleted(element: etree._Element) -> bool | None:
    """Deletion mark in its three spellings; ``None`` when the object tells nothing of it."""
    status = element.get("Статус")
    if status is None:
        for each in element.iterchildren("{*}ПометкаУдаления", "{*}Статус"):
            if LOCAL[each.tag] == "ПометкаУдаления":
                return values.told_flag(each.text)
            status = each.text
    if status is None or not status.strip():
        return None
    return status.strip().lower() in {"удален", "удалён"}
