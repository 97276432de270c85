"""Which catalogues a file tells of."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.onec import scanning
from sync.onec.scanning import catalogue_refs

GUID = "BD72D8F9-55BC-11D9-848A-00112F43529A"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize(
    ("inside", "refs"),
    [
        (f"<Каталог><Ид>{GUID}</Ид></Каталог>", {GUID.lower()}),
        ('<Каталог СодержитТолькоИзменения="true">\n <Ид> c </Ид></Каталог>', {"c"}),
        ("<Каталог><Наименование>К</Наименование><Ид>c</Ид></Каталог>", {"c"}),
        ("<Каталог><Ид>a</Ид></Каталог><Каталог><Ид>b</Ид></Каталог>", {"a", "b"}),
        ("<ПакетПредложений><ИдКаталога>c</ИдКаталога></ПакетПредложений>", set()),
        ("<Каталоги><Ид>c</Ид></Каталоги>", set()),
        ("", set()),
    ],
)
def test_catalogue_refs(tmp_path: Path, encoding: str, inside: str, refs: set[str]) -> None:
    path = tmp_path / "import.xml"
    path.write_bytes(f"<КоммерческаяИнформация>{inside}</КоммерческаяИнформация>".encode(encoding))
    assert catalogue_refs(path) == refs


def test_catalogue_refs_over_the_edge_of_a_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "BLOCK", 50)
    path = tmp_path / "import.xml"
    path.write_text(f"{' ' * 30}<Каталог><Ид>c</Ид></Каталог>{' ' * 500}", encoding="utf-8")
    assert catalogue_refs(path) == {"c"}
