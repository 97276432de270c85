"""CommerceML as 1C really sends it, taken apart into records.

The meaning of a file is decided by the children of its root, never by its name. A file is read
in portions of :class:`Item`; an item's digest can be asked for before any field is taken out of
it, so that an object known already costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, cast

from lxml import etree

from sync.onec import bytewise
from sync.onec.catalogue import (
    category_records,
    price_type_record,
    product_of_text,
    product_record,
    property_record,
    property_value_record,
    warehouse_record,
)
from sync.onec.cutting import Cut, parsed
from sync.onec.documents import counterparty_record, document_record
from sync.onec.elements import child_text, children
from sync.onec.offers import (
    OfferDigests,
    digest,
    identity_of_text,
    offer_digests,
    offer_ids,
    offer_record,
    raw_digest,
)
from sync.onec.records import (
    OfferIdentity,
    OfferRecord,
    PriceRecord,
    ProductRecord,
    RemoteOrderRecord,
    StockRecord,
)
from sync.onec.stream import LOCAL, BadFile, chunks, survey

__all__ = [
    "BadFile",
    "Item",
    "Kind",
    "OfferDigests",
    "category_records",
    "counterparty_record",
    "digest",
    "document_record",
    "fragment",
    "from_xml",
    "offer_digests",
    "offer_ids",
    "offer_record",
    "parse_documents",
    "price_type_record",
    "product_record",
    "property_record",
    "property_value_record",
    "read",
    "survey",
    "warehouse_record",
]

Kind = Literal[
    "category",
    "property",
    "property_value",
    "product",
    "price_type",
    "warehouse",
    "offer",
    "document",
    "counterparty",
]

_VALUES_ABOVE = frozenset({"Свойство", "СвойствоНоменклатуры", "ТипЗначений"})

# What an ended element is, by its name and the names of its parent and grandparent ("" = any).
_PLACES: dict[str, tuple[Kind, str, frozenset[str]]] = {
    "Группа": ("category", "Группы", frozenset({"Классификатор"})),
    "Свойство": ("property", "Свойства", frozenset({"Классификатор"})),
    "СвойствоНоменклатуры": ("property", "Свойства", frozenset({"Классификатор"})),
    "Справочник": ("property_value", "ВариантыЗначений", _VALUES_ABOVE),
    # УТ 10.2 with the module of Bitrix
    "ВариантЗначения": ("property_value", "ВариантыЗначений", _VALUES_ABOVE),
    "Товар": ("product", "Товары", frozenset({"Каталог"})),
    "ТипЦены": (
        "price_type",
        "ТипыЦен",
        frozenset({"ПакетПредложений", "ИзмененияПакетаПредложений", "Классификатор"}),
    ),
    # the list is taken whole: goods hold five elements named Склад each that are none of it
    "Склады": (
        "warehouse",
        "",
        frozenset({"ПакетПредложений", "ИзмененияПакетаПредложений", "Классификатор"}),
    ),
    "Предложение": (
        "offer",
        "Предложения",
        frozenset({"ПакетПредложений", "ИзмененияПакетаПредложений"}),
    ),
    "Документ": ("document", "", frozenset({"", "КоммерческаяИнформация"})),
    "Контрагент": (
        "counterparty",
        "Контрагенты",
        frozenset({"КоммерческаяИнформация"}),
    ),
}


class Surroundings(NamedTuple):
    """What an object takes from where it stood: prefixes, and whether an offer may be new."""

    namespaces: dict[str | None, str]
    may_create: bool


def _surroundings(element: etree._Element) -> Surroundings:
    container = element.getparent()
    package = container.getparent() if container is not None else None
    may_create = package is None or LOCAL[package.tag] != "ИзмененияПакетаПредложений"
    return Surroundings(element.nsmap, may_create)


class Known:
    """What has been found out about an object; a facet of an offer is here if its bytes told it."""

    __slots__ = ("digest", "digests", "identity", "ids", "prices", "product", "stock")

    def __init__(self) -> None:
        self.ids: tuple[str, str] | None = None
        self.digest: int | None = None
        self.digests: OfferDigests | None = None
        self.product: ProductRecord | None = None
        self.identity: tuple[OfferIdentity | None, bool | None] | None = None
        self.prices: tuple[PriceRecord, ...] | None = None
        self.stock: tuple[StockRecord, ...] | None = None


class Item:
    """One object of a file, its fields not taken out yet. ``ordinal`` counts from 1.

    An object that was cut out of the file needs the file no more, and is parsed when its element
    is first asked for; mostly its bytes tell enough. What was found out once is kept.
    """

    __slots__ = (
        "_cut",
        "_element",
        "_parts",
        "_surroundings",
        "kind",
        "known",
        "ordinal",
    )

    def __init__(
        self,
        ordinal: int,
        kind: Kind,
        element: etree._Element | None,
        cut: Cut | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.ordinal = ordinal
        self.kind = kind
        self._cut = cut
        self._element = element
        self._surroundings = surroundings
        self._parts: bytewise.Parts | None = None
        self.known = Known()

    @property
    def is_apart(self) -> bool:
        """Whether the object stands alone: reading on in the file cannot change it."""
        return self._cut is not None

    @property
    def raw(self) -> bytes:
        """The bytes of an object that is apart."""
        return b"" if self._cut is None else self._cut.raw

    @property
    def element(self) -> etree._Element:
        """The object's own element."""
        if self._element is None and self._cut is not None:
            self._element = parsed(self._cut.raw, self.surroundings.namespaces)
        return cast("etree._Element", self._element)

    @property
    def line(self) -> int:
        """Line of the file where the object starts."""
        if self._cut is not None:
            return self._cut.line
        return cast("int | None", self.element.sourceline) or 0

    @property
    def ref(self) -> str:
        """Identifier as written, for words about an object that cannot be read."""
        return child_text(self.element, "Ид")

    @property
    def surroundings(self) -> Surroundings:
        """What the object takes from where it stands."""
        if self._surroundings is None:
            self._surroundings = _surroundings(self.element)
        return self._surroundings

    @property
    def may_create(self) -> bool:
        """Whether an offer may be new: a package of changes speaks of known ones only."""
        return self.surroundings.may_create

    def ids(self) -> tuple[str, str]:
        """``(offer, product)`` references; both empty when the object has no Ид."""
        if self.known.ids is None:
            told = bytewise.ids(self._cut.raw) if self._cut is not None else None
            self.known.ids = told if told is not None else offer_ids(self.element)
        return self.known.ids

    def digest(self) -> int:
        """Signed 64-bit hash of the whole object; an unchanged one has an unchanged hash."""
        if self.known.digest is None:
            cut = self._cut
            self.known.digest = digest(self.element) if cut is None else raw_digest(cut.raw)
        return self.known.digest

    def offer_digests(self) -> OfferDigests:
        """Hashes of an offer by facet."""
        if self.known.digests is None:
            parts = self._split()
            told = bytewise.offer_digests(parts) if parts is not None else None
            self.known.digests = told if told is not None else offer_digests(self.element)
        return self.known.digests

    def product(self) -> ProductRecord:
        """The object as goods. Raises ValueError as `product_record` does."""
        if self.known.product is None and self._cut is not None and self._element is None:
            self.known.product = product_of_text(self._cut.raw)
        if self.known.product is None:
            self.known.product = product_record(self.element)
        return self.known.product

    def offer(self, *, identity: bool, prices: bool, stock: bool) -> OfferRecord:
        """The facets of an offer that are asked for. Raises ValueError as `offer_record` does."""
        told = self.known
        self._read_facets(identity=identity, prices=prices, stock=stock)
        its_identity, archived = told.identity or (None, None) if identity else (None, None)
        its_prices = told.prices if prices else None
        its_stock = told.stock if stock else None
        identity = identity and told.identity is None
        prices, stock = prices and its_prices is None, stock and its_stock is None
        if not (identity or prices or stock):
            return OfferRecord(*self.ids(), archived, its_identity, its_prices, its_stock)
        found = offer_record(self.element, identity=identity, prices=prices, stock=stock)
        return OfferRecord(
            found.ref,
            found.product_ref,
            found.archived if identity else archived,
            found.identity if identity else its_identity,
            its_prices if its_prices is not None else found.prices,
            its_stock if its_stock is not None else found.stock,
        )

    def _read_facets(self, *, identity: bool, prices: bool, stock: bool) -> None:
        """Take out of the bytes what they tell plainly. Raises ValueError for a bad number."""
        parts = self._split()
        if parts is None:
            return
        told = self.known
        told_identity, told_prices, told_stock = parts
        if identity and told.identity is None and told_identity:
            told.identity = identity_of_text(told_identity)
        if prices and told.prices is None:
            told.prices = bytewise.prices(told_prices)
        if stock and told.stock is None:
            told.stock = bytewise.stock(told_stock)

    def _split(self) -> bytewise.Parts | None:
        if self._parts is None and self._cut is not None:
            self._parts = bytewise.split(self._cut.raw)
        return self._parts

    def foresee(self, expected: Container[str]) -> None:
        """Find out ahead what comparing needs, and the fields of what is expected to be news.

        `expected` are names of facets: "product", "identity", "prices", "stock".
        """
        try:
            if self.kind == "product":
                self.ids()
                self.digest()
                if "product" in expected:
                    self.product()
            elif self.kind == "offer":
                self.ids()
                told = self.offer_digests()
                self._read_facets(
                    identity=told.identity is not None and "identity" in expected,
                    prices=told.prices is not None and "prices" in expected,
                    stock=told.stock is not None and "stock" in expected,
                )
        except ValueError:
            return  # said again to whoever asks

    def xml(self) -> str:
        """The object as XML that stands alone; its digests are those of the object."""
        if self._cut is not None:
            prefixes = set(self.surroundings.namespaces) - {None}
            if not any(f"{prefix}:".encode() in self._cut.raw for prefix in prefixes):
                return self._cut.raw.decode()
        alone = etree.tostring(self.element, encoding="unicode", with_tail=False)
        # the bytes of the file were not seen, so its digests are those of the element
        return alone if self._cut is not None else f"{_PARSED}{alone}"


_PARSED = "<!--parsed-->"
"""What the kept XML of an object begins with that was never cut out of its file."""


def from_xml(kind: Kind, xml: str) -> Item:
    """An object kept as XML, outside of its file."""
    raw = xml.removeprefix(_PARSED).encode()
    element = parsed(raw, {})
    if xml.startswith(_PARSED):
        return Item(0, kind, element)
    return Item(0, kind, element, Cut(LOCAL[element.tag], raw, 0))


def fragment(element: etree._Element, limit: int = 2000) -> str:
    """The element's own XML, cut to ``limit`` characters, for a person to read."""
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _accept(name: str, element: etree._Element) -> bool:
    _kind, parent_name, above = _PLACES[name]
    parent = element.getparent()
    if parent is None or (parent_name and LOCAL[parent.tag] != parent_name):
        return False
    if name == "Склады":
        return LOCAL[parent.tag] in above
    if name == "Документ":
        return LOCAL[parent.tag] in {"КоммерческаяИнформация", "Контейнер"}
    grand = parent.getparent()
    return grand is not None and LOCAL[grand.tag] in above


def read(
    path: Path, *, encoding: str | None = None, after: int = 0, size: int = 1000
) -> Iterator[list[Item]]:
    """Objects of the file in order, in portions; those up to ordinal ``after`` are passed over.

    A portion's elements are valid until the next portion is asked for. Raises BadFile when the
    XML breaks off, and when a file that says something holds no object at all.
    """
    ordinal = 0
    place: etree._Element | None = None
    around: Surroundings | None = None
    for portion in chunks(path, encoding=encoding, tags=tuple(_PLACES), accept=_accept, size=size):
        items: list[Item] = []
        for element, cut in portion:
            if cut is not None:
                ordinal += 1
                if ordinal > after:
                    if element is not place:
                        place, around = element, _surroundings(element)
                    items.append(Item(ordinal, _PLACES[cut.name][0], None, cut, around))
                continue
            name = LOCAL[element.tag]
            for own in children(element, "Склад") if name == "Склады" else (element,):
                ordinal += 1
                if ordinal > after:
                    items.append(Item(ordinal, _PLACES[name][0], own))
        if items:
            yield items
    if ordinal == 0 and (unknown := _unknown_content(path, encoding)):
        raise BadFile("no object was recognised in the file", f"<{unknown}>")


def _unknown_content(path: Path, encoding: str | None) -> str:
    """Name of an element that should have given an object and did not; empty if there is none.

    A root without children and containers without children are normal: nothing to tell.
    """
    containers = ({place[1] for place in _PLACES.values()} | {"Склады"}) - {""}
    with path.open("rb") as file:
        for _event, element in etree.iterparse(
            file,
            events=("end",),
            encoding=encoding,
            resolve_entities=False,
            no_network=True,
        ):
            parent = element.getparent()
            if parent is None:
                continue
            inside = LOCAL[parent.tag]
            if inside in containers or (inside == "КоммерческаяИнформация" and not _known(element)):
                return LOCAL[element.tag]
    return ""


def _known(element: etree._Element) -> bool:
    return LOCAL[element.tag] in _ROOT_CHILDREN


_ROOT_CHILDREN = frozenset(
    {
        "Классификатор",
        "Каталог",
        "ПакетПредложений",
        "ИзмененияПакетаПредложений",
        "Контрагенты",
        "Контейнер",
        "Документ",
    }
)


def parse_documents(
    path: Path, *, on_error: Callable[[Item, str], None]
) -> Iterator[RemoteOrderRecord]:
    """Orders of a file that 1C sent back, one by one; a file without any gives none.

    A document that cannot be read is told to ``on_error`` with the reason, and the rest goes on.
    Raises BadFile for broken XML, before the first order.
    """
    encoding = survey(path)
    for portion in read(path, encoding=encoding, size=50):
        for item in portion:
            if item.kind != "document":
                continue
            try:
                record = document_record(item.element)
            except ValueError as error:
                on_error(item, str(error))
            else:
                yield record
