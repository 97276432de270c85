"""Spec sheets of products as PDF, set by typst."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from demo.assortment import Entry, factory_of
from demo.company import SUPPLIER, SUPPLIER_EMAIL, SUPPLIER_PHONE
from demo.goods import Drawing
from demo.picture import FOLDER, draw

_TEMPLATE = """
#set document(title: "{title}", author: "{supplier}", date: none)
#set page(paper: "a4", margin: (x: 20mm, y: 18mm))
#set text(font: "Golos Text", size: 10pt, lang: "ru", fill: rgb("#34302b"))
#let accent = rgb("#0d6078")
#grid(columns: (1fr, auto), text(fill: accent, weight: 600)[{supplier}],
  text(fill: accent)[Спецификация])
#line(length: 100%, stroke: 0.8pt + rgb("#34302b"))
#v(4mm)
#text(size: 18pt, weight: 600)[{title}]
#v(1mm)
#text(fill: rgb("#6b665f"))[Артикул {sku}, {factory}]
#v(5mm)
#grid(columns: ({columns}), gutter: 5mm, {pictures})
#v(5mm)
{description}
#v(4mm)
#table(columns: (1fr, 1fr), inset: (x: 0pt, y: 5pt),
  stroke: (x, y) => (bottom: 0.4pt + rgb("#d9d4cb")),
  {rows})
#v(6mm)
{offers}
#v(1fr)
#line(length: 100%, stroke: 0.4pt + rgb("#d9d4cb"))
#text(size: 8pt, fill: rgb("#6b665f"))[Размеры в миллиметрах. Завод может менять
конструкцию, не ухудшая её. Вопросы: {phone}, {email}.]
"""


def spec_sheet(entry: Entry, drawings: tuple[Drawing, ...]) -> bytes:
    """The sheet of a product with up to three of its drawings."""
    good = entry.good
    shown = drawings[:3]
    rows = [("Бренд и серия", f"{good.brand} {good.series}".strip())]
    rows += [(name, value) for name, value in good.properties]
    rows.append(("Упаковка", f"{good.pack} {good.unit}"))
    if good.weight is not None:
        rows.append(("Вес, кг", str(good.weight).replace(".", ",")))
    source = _TEMPLATE.format(
        title=_string(good.name),
        supplier=_string(SUPPLIER),
        sku=_text(good.sku),
        factory=_text(factory_of(good)),
        columns=", ".join(["54mm"] * len(shown)),
        pictures=", ".join(f'image("picture-{place}.jpg")' for place in range(len(shown))),
        description=_text(good.description),
        rows=",\n  ".join(f"[{_text(name)}], [{_text(value)}]" for name, value in rows),
        offers=_offers(entry),
        phone=_text(SUPPLIER_PHONE),
        email=_text(SUPPLIER_EMAIL),
    )
    files = {
        f"picture-{place}.jpg": draw(drawing, (600, 600)) for place, drawing in enumerate(shown)
    }
    return _set(source, files)


def _offers(entry: Entry) -> str:
    if not entry.good.variants:
        return f"Штрихкод {entry.barcode}"
    rows = ",\n  ".join(
        f"[{_text(item.sku)}], [{_text(item.variant.name)}], [{item.barcode}]"
        for item in entry.items
        if item.variant is not None
    )
    return (
        '#table(columns: (auto, 1fr, auto), stroke: (x, y) => (bottom: 0.4pt + rgb("#d9d4cb")),\n'
        "  inset: (x: 4pt, y: 4pt),\n"
        f"  table.header([*Артикул*], [*Исполнение*], [*Штрихкод*]),\n  {rows})"
    )


def _set(source: str, pictures: dict[str, bytes]) -> bytes:
    with TemporaryDirectory() as folder:
        for name, body in pictures.items():
            (Path(folder) / name).write_bytes(body)
        main = Path(folder) / "main.typ"
        main.write_text(source, encoding="utf-8")
        made = typst.compile(
            str(main), root=folder, font_paths=[str(FOLDER / "fonts")], ignore_system_fonts=True
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave several files for one sheet")
    return made


def _text(text: str) -> str:
    """Plain words in typst's markup: what it reads as signs is taken literally."""
    return "".join(f"\\{sign}" if sign in "\\#*_`$<>@[]~/=+-" else sign for sign in text)


def _string(text: str) -> str:
    return _text(text).replace('"', "")
