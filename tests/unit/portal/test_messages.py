"""Message ids are found in Python and templates, and kept with the app that owns them."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo

from portal import messages

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
A = _("Order")
B = ngettext("%(n)s line", "%(n)s lines", 2)
C = pgettext("verb", "Order")
D = gettext(variable)
E = _(
    "Long "
    "text"
)
"""
TEMPLATE = """{% load i18n %}
<p title="{% translate "A 'quoted' word" %}">Текст {{ name }}
  {% translate "Order" context "noun" %}</p>
{% blocktranslate trimmed count n=n %}
  {{ n }} item
{% plural %}
  {{ n }} items
{% endblocktranslate %}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("shop", "site/portal", "templates/shop", "templates/components"):
        (tmp_path / folder).mkdir(parents=True)
    for app in ("shop", "site/portal"):
        (tmp_path / app / "apps.py").write_text("", encoding="utf-8")
    (tmp_path / "shop" / "orders.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "templates/shop/page.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "templates/components/button.html").write_text(
        '{% load i18n %}{% translate "Close" %}', encoding="utf-8"
    )
    return tmp_path


def _translate(root: Path) -> None:
    for folder in messages.app_folders(root).values():
        path = messages.catalogue_path(folder)
        lines = path.read_text(encoding="utf-8").splitlines()
        header = lines.index("")
        text = "\n".join(
            line.replace('""', f'"{_russian(lines, n)}"') if _is_empty(lines, n) else line
            for n, line in enumerate(lines)
            if n > header
        )
        path.write_text("\n".join(lines[:header]) + "\n" + text + "\n", encoding="utf-8")


def _is_empty(lines: list[str], n: int) -> bool:
    return lines[n].startswith("msgstr") and lines[n].endswith('""')


def _russian(lines: list[str], n: int) -> str:
    before = "".join(lines[max(0, n - 4) : n])
    return "%(n)s штук" if "%(n)s" in before else "перевод"


def test_find_messages_gives_each_app_its_own(root: Path) -> None:
    found = messages.find_messages(root)
    assert {(m.id, m.context) for m in found["shop"]} == {
        ("Order", None),
        (("%(n)s line", "%(n)s lines"), None),
        ("Order", "verb"),
        ("Long text", None),
        ("A 'quoted' word", None),
        ("Order", "noun"),
        (("%(n)s item", "%(n)s items"), None),
    }
    assert {(m.id, m.context) for m in found["portal"]} == {("Close", None)}


def test_find_messages_names_the_place(root: Path) -> None:
    (close,) = messages.find_messages(root)["portal"]
    assert (close.place, close.line) == ("templates/components/button.html", 1)


def test_problems_lists_what_has_no_catalogue_entry(root: Path) -> None:
    lines = messages.problems(root)
    assert len(lines) == 8
    assert all("not in the catalogue" in line for line in lines)


def test_add_missing_then_untranslated_then_done(root: Path) -> None:
    assert messages.add_missing(root) == {"portal": 1, "shop": 7}
    assert messages.add_missing(root) == {}
    assert all("not translated" in line for line in messages.problems(root))
    _translate(root)
    assert messages.problems(root) == []


def test_problems_names_a_translation_that_loses_a_placeholder(root: Path) -> None:
    messages.add_missing(root)
    _translate(root)
    path = messages.catalogue_path(root / "shop")
    path.write_text(path.read_text(encoding="utf-8").replace("%(n)s штук", "%(m)s"), "utf-8")
    assert len(messages.problems(root)) == 2


def test_add_missing_keeps_what_the_code_does_not_use(root: Path) -> None:
    path = messages.catalogue_path(root / "site/portal")
    path.parent.mkdir(parents=True)
    path.write_text('msgid "Of Wagtail"\nmsgstr "Из Wagtail"\n', encoding="utf-8")
    messages.add_missing(root)
    assert "Из Wagtail" in path.read_text(encoding="utf-8")


def test_compile_all_writes_only_what_is_older(root: Path) -> None:
    messages.add_missing(root)
    _translate(root)
    folders = messages.app_folders(root)
    assert messages.compile_all(folders) == 2
    assert messages.compile_all(folders) == 0
    compiled = messages.catalogue_path(root / "site/portal").with_suffix(".mo")
    with compiled.open("rb") as file:
        assert read_mo(file)["Close"].string == "перевод"
