"""What every engine must do, told by examples and by counting in Python."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.engines.base import Document, Engine, NotReadyError, Request
from search.query import Sort
from search.words import asked

COLOURS = ["белый", "чёрный", "дуб", "графит"]
WIDTHS = ["300", "450", "600"]


def document(number: int, **fields: object) -> Document:
    plain = Document(
        id=number,
        connection_id=1,
        name_order=f"{number:06}",
        category_ids=(),
        articles=(),
        barcodes=(),
        words=(),
        others=(),
        facets=(),
        mentions=(),
        in_stock=False,
        prices={},
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def request(**fields: object) -> Request:
    plain = Request(
        connection_ids=(1,),
        asked=None,
        category_id=None,
        chosen=(),
        in_stock=False,
        sort=Sort.NAME,
        price_slot=None,
        offset=0,
        limit=100,
        with_facets=True,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def fill(engine: Engine, documents: Sequence[Document]) -> None:
    with engine.rebuild() as writer:
        writer.put(documents)
        writer.commit()


def some_documents() -> list[Document]:
    chance = random.Random(7)
    made = []
    for number in range(1, 161):
        facets = [("p1", each) for each in chance.sample(COLOURS, chance.choice([0, 1, 1, 2]))]
        facets += [("p2", each) for each in chance.sample(WIDTHS, chance.choice([0, 1]))]
        facets.append(("brand", chance.choice(["Вега", "Лира"])))
        category = chance.choice([(), (10,), (10, 11), (10, 11, 12), (20,)])
        made.append(
            document(
                number,
                connection_id=chance.choice([1, 1, 2]),
                category_ids=category,
                facets=tuple(facets),
                in_stock=chance.random() < 0.5,
                words=("шкаф",) if chance.random() < 0.6 else ("стол",),
                name_order=f"{chance.choice('абвё')} {number}",
                prices={0: chance.randrange(1, 40)} if chance.random() < 0.8 else {},
            )
        )
    return made


DOCUMENTS = some_documents()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    from search.engines.embedded import EmbeddedEngine

    engine = EmbeddedEngine(tmp_path_factory.mktemp("index"))
    fill(engine, DOCUMENTS[:70])
    for part in (DOCUMENTS[70:120], DOCUMENTS[120:]):  # several segments
        with engine.update() as writer:
            writer.put(part)
            writer.commit()
    return engine


def fits(each: Document, asked_for: Request, *, without: str = "") -> bool:
    if each.connection_id not in asked_for.connection_ids:
        return False
    if asked_for.asked and asked_for.asked.words[0].text not in each.words:
        return False
    if without != "category" and asked_for.category_id not in (None, *each.category_ids):
        return False
    if without != "stock" and asked_for.in_stock and not each.in_stock:
        return False
    return all(
        key == without or any((key, value) in each.facets for value in values)
        for key, values in asked_for.chosen
    )


REQUESTS = st.builds(
    request,
    connection_ids=st.sampled_from([(1,), (1, 2), (3,)]),
    asked=st.sampled_from([None, asked("шкаф"), asked("стол")]),
    category_id=st.sampled_from([None, 10, 11, 12, 20, 99]),
    chosen=st.fixed_dictionaries(
        {},
        optional={
            "p1": st.lists(st.sampled_from(COLOURS), min_size=1, unique=True),
            "p2": st.lists(st.sampled_from(WIDTHS), min_size=1, unique=True),
            "p3": st.just(["nothing"]),
        },
    ).map(lambda chosen: tuple((key, tuple(sorted(chosen[key]))) for key in sorted(chosen))),
    in_stock=st.booleans(),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked_for=REQUESTS)
def test_answer_counts_as_python_does(filled: Engine, asked_for: Request) -> None:
    answer = filled.answer(replace(asked_for, limit=200))
    hits = [each for each in DOCUMENTS if fits(each, asked_for)]
    by_name = sorted(hits, key=lambda each: each.name_order.encode())
    assert list(answer.ids) == [each.id for each in by_name]
    assert answer.total == len(hits)
    wanted: dict[str, Counter[str]] = {}
    for each in DOCUMENTS:
        for key, value in each.facets:
            if fits(each, asked_for, without=key if key in dict(asked_for.chosen) else ""):
                wanted.setdefault(key, Counter())[value] += 1
    assert answer.facets == wanted
    assert answer.categories == Counter(
        category
        for each in DOCUMENTS
        if fits(each, asked_for, without="category")
        for category in each.category_ids
    )
    assert answer.in_stock == sum(
        each.in_stock for each in DOCUMENTS if fits(each, asked_for, without="stock")
    )


@pytest.mark.parametrize("sort", [Sort.PRICE_UP, Sort.PRICE_DOWN])
def test_answer_orders_by_price_with_the_priceless_last(filled: Engine, sort: Sort) -> None:
    answer = filled.answer(request(sort=sort, price_slot=0, limit=200))
    prices = {each.id: each.prices.get(0) for each in DOCUMENTS}
    told = [prices[each] for each in answer.ids]
    known = [price for price in told if price is not None]
    assert known == sorted(known, reverse=sort is Sort.PRICE_DOWN)
    assert told == known + [None] * (len(told) - len(known))


@pytest.mark.parametrize("sort", [Sort.NAME, Sort.PRICE_UP, Sort.PRICE_DOWN])
def test_answer_pages_without_gap_or_overlap(filled: Engine, sort: Sort) -> None:
    asked_for = request(sort=sort, price_slot=0, limit=200, with_facets=False)
    whole = filled.answer(asked_for)
    pages = [
        filled.answer(replace(asked_for, offset=offset, limit=7))
        for offset in range(0, whole.total + 7, 7)
    ]
    assert [each for page in pages for each in page.ids] == list(whole.ids)
    assert {page.total for page in pages} == {whole.total}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_answer_pages_names_that_begin_alike(engine: Engine, size: int) -> None:
    chance = random.Random(3)
    starts = ["", "шкаф", "шкаф навесной угловой", "шкаф навесной угловой белый глянец 450 мм"]
    made = [
        document(number, name_order=f"{chance.choice(starts)} {chance.randrange(30):02}".strip())
        for number in range(1, 121)
    ]
    fill(engine, made[:60])
    with engine.update() as writer:
        writer.put(made[60:])
        writer.commit()
    names = {each.id: each.name_order for each in made}
    told: list[int] = []
    for offset in range(0, 120, size):
        told += engine.answer(request(offset=offset, limit=size, with_facets=False)).ids
    assert [names[each] for each in told] == sorted(names.values())
    assert sorted(told) == sorted(names)


def test_answer_ranks_one_text(engine: Engine) -> None:
    fill(
        engine,
        [
            document(1, words=("yk110",)),
            document(2, articles=("ayk110x",)),
            document(3, barcodes=("yk110",)),
            document(4, articles=("yk110nd",)),
            document(5, articles=("yk110",)),
            document(6, others=("yk110",)),
            document(7, articles=("yk11",)),
        ],
    )
    answer = engine.answer(request(asked=asked("YK-110"), sort=Sort.RELEVANCE))
    assert answer.ids == (5, 4, 2, 3, 1, 6)


@pytest.mark.parametrize(
    ("text", "ids"),
    [("y", (9,)), ("yk", (1,)), ("k1", ()), ("k11", (1,)), ("0nd", (1,)), ("k1nd", ())],
)
def test_answer_finds_parts_of_an_article(engine: Engine, text: str, ids: tuple[int, ...]) -> None:
    fill(engine, [document(1, articles=("yk110nd",)), document(9, articles=("y",))])
    assert engine.answer(request(asked=asked(text), sort=Sort.RELEVANCE)).ids == ids


def test_answer_forgives_a_letter_only_when_nothing_fits(engine: Engine) -> None:
    fill(
        engine,
        [
            document(1, words=("смеситель",)),
            document(2, words=("смесителе",)),
            document(3, words=("стол",), facets=(("p1", "дуб"),)),
        ],
    )

    def ids(text: str, **more: object) -> set[int]:
        return set(engine.answer(request(asked=asked(text), sort=Sort.RELEVANCE, **more)).ids)

    assert ids("смесатель") == {1, 2}
    assert ids("смсеитель") == {1, 2}
    assert ids("стул") == {3}
    # what fits, but is filtered away, is not replaced by something else
    assert ids("смеситель", chosen=(("p1", ("дуб",)),)) == set()


def test_writer_replaces_and_removes_by_id(engine: Engine) -> None:
    # a schema with unsigned keys would delete nothing, and say so to nobody
    fill(engine, [document(1, words=("old",)), document(2), document(3)])
    with engine.update() as writer:
        writer.put([document(1, words=("new",))])
        writer.remove([2, 77])
        writer.commit()
    assert engine.count() == 2
    assert engine.answer(request()).ids == (1, 3)
    assert engine.answer(request(asked=asked("new"), sort=Sort.RELEVANCE)).ids == (1,)
    assert engine.answer(request(asked=asked("old"), sort=Sort.RELEVANCE)).ids == ()


def test_stamp_changes_with_a_commit_alone(engine: Engine) -> None:
    fill(engine, [document(1)])
    first = engine.stamp()
    assert engine.stamp() == first
    with engine.update() as writer:
        writer.commit()
    assert engine.stamp() == first
    with engine.update() as writer:
        writer.put([document(2)])
        writer.commit()
    assert engine.stamp() != first
    assert engine.count() == 2


def test_flags_values_and_mentions(engine: Engine) -> None:
    fill(
        engine,
        [
            document(1, in_stock=True, mentions=("1:a",), facets=(("p1", "x"), ("p12", "z"))),
            document(2, category_ids=(5, 6), facets=(("p1", "y"),)),
        ],
    )
    assert engine.stock_flags([1, 2, 3]) == {1: True, 2: False}
    assert engine.stock_flags([]) == {}
    assert sorted(engine.values("p1", 10)) == ["x", "y"]
    assert len(engine.values("p1", 1)) == 1
    assert engine.ids_of(mentions=["1:a"]) == {1}
    assert engine.ids_of(category_ids=[6]) == {2}
    assert engine.ids_of(mentions=["1:a", "1:b"], category_ids=[5]) == {1, 2}
    assert engine.ids_of() == set()


def test_engine_without_an_index_is_not_ready(engine: Engine) -> None:
    assert engine.index() is None
    for question in (engine.stamp, engine.count, lambda: engine.answer(request())):
        with pytest.raises(NotReadyError):
            question()
    with pytest.raises(NotReadyError), engine.update():
        pass


def test_only_one_writes(engine: Engine) -> None:
    with engine.exclusive() as first:
        assert first
        with engine.exclusive() as second:
            assert not second
    with engine.exclusive() as third:
        assert third


def test_rebuild_that_fails_leaves_the_index_as_it_was(engine: Engine) -> None:
    fill(engine, [document(1)])
    name = engine.index()
    with pytest.raises(AttributeError), engine.rebuild() as writer:
        writer.put([document(2), None])  # type: ignore[list-item]
    assert engine.index() == name
    assert engine.answer(request()).ids == (1,)
    fill(engine, [document(3)])
    assert engine.index() != name
    assert engine.answer(request()).ids == (3,)
