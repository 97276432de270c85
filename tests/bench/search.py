"""How quick the search is: building, following a stock delta, finding.

    .venv/bin/python tests/bench/search.py --size 100000 [--json]

Makes a mirror of `--size` products in a database of its own (6 properties, 4 price types, 5
warehouses each), then prints products/s of a first build, seconds of a stock delta, milliseconds
of finding, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOUNS = ["Шкаф", "Смеситель", "Петля", "Ручка", "Стол", "Полка", "Кронштейн", "Фасад", "Цоколь"]
WORDS = ["навесной", "угловой", "белый", "дубовый", "кухонный", "с доводчиком", "узкий", "Вега"]
BATCH = 2_000


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vitrina-bench-") as folder:
        os.environ["VITRINA_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.embedded"
        sys.path[:0] = [str(ROOT), str(ROOT / "site")]
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        rows = list(measure(options.size))
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        print(f"{row['case']:<44}{row['value']:>12,.2f} {row['unit']}")


def measure(size: int) -> Iterator[dict[str, Any]]:
    """One row for each case."""

    def row(case: str, value: float, unit: str) -> dict[str, Any]:
        return {"case": case, "size": size, "value": round(value, 2), "unit": unit}

    from search import indexing
    from search.finding import find
    from search.query import Query, Sort
    from search.viewer import Viewer
    from sync.models import OfferStock, Property
    from sync.visibility import Visibility

    connection_id = fill(size)
    base = peak_mb()
    took = seconds(indexing.rebuild)
    yield row("first build", size / took, "products/s")
    yield row("first build, peak memory over the start", peak_mb() - base, "MB")

    delta = min(size, 100_000)
    chance = random.Random(2)
    batch = new_batch()
    for start in range(0, delta, BATCH):
        stocks = list(OfferStock.objects.order_by("pk")[start : start + BATCH])
        for stock in stocks:
            stock.changed_in = batch
            stock.quantities = quantities(chance, stock.quantities)
        OfferStock.objects.bulk_create(
            stocks,
            update_conflicts=True,
            unique_fields=["offer"],
            update_fields=["changed_in", "quantities"],
        )
    yield row(f"stock of {delta} offers, half came or went", seconds(indexing.refresh), "s")

    viewer = Viewer(Visibility(frozenset({connection_id})), 0)
    keys = [f"p{pk}" for pk in Property.objects.values_list("pk", flat=True)]
    cases: dict[str, Callable[[int], Query]] = {
        "exact article": lambda n: Query(f"YK-{n % size:07} ND", with_facets=False),
        "part of an article": lambda n: Query(f"{n % size:07}"[2:], with_facets=False),
        "two words": lambda n: Query(f"{NOUNS[n % 9]} {WORDS[n % 8]}", per_page=48),
        "two words, one misspelt": lambda n: Query("смиситель навесной", with_facets=False),
        "category": lambda n: Query(category_id=11 + n % 100),
        "category, two facets": lambda n: Query(
            category_id=11 + n % 100,
            chosen={keys[0]: frozenset({"v1", "v2"}), keys[1]: frozenset({f"v{n % 8}"})},
        ),
        "category by price": lambda n: Query(category_id=11 + n % 100, sort=Sort.PRICE_UP),
        "whole catalogue": lambda n: Query(page=1 + n % 40),
    }
    for case, query in cases.items():
        queries = [query(number * 7919) for number in range(120)]
        times = [seconds(partial(find, each, viewer)) * 1000 for each in queries]
        yield row(f"{case}, p50", statistics.median(times), "ms")
        yield row(f"{case}, p95", statistics.quantiles(times, n=20)[-1], "ms")


def fill(size: int) -> int:
    """Write a mirror of `size` products; the base's primary key."""
    from base.texts import name_key, sku_key
    from sync.models import (
        Category,
        Connection,
        Offer,
        OfferPrices,
        OfferStock,
        PriceType,
        Product,
        Property,
        PropertyValue,
        Warehouse,
    )

    base = Connection.objects.create(name="bench", user="bench")
    told = {"connection": base, "changed_in": new_batch(), "changed_at": at()}
    tops = [Category.objects.create(name=f"c{n}", ref=f"c{n}", **told) for n in range(10)]
    leaves = [
        Category.objects.create(name=f"l{n}", ref=f"l{n}", parent=tops[n % 10], **told)
        for n in range(100)
    ]
    types = [PriceType.objects.create(name=f"t{n}", ref=f"t{n}", slot=n, **told) for n in range(4)]
    for number in range(5):
        Warehouse.objects.create(name=f"w{number}", ref=f"w{number}", **told)
    for number in range(6):
        kind = {"name": f"Свойство {number}", "ref": f"p{number}", "value_type": "Справочник"}
        Property.objects.create(**kind, **told)
        PropertyValue.objects.bulk_create(
            PropertyValue(property_ref=f"p{number}", ref=f"p{number}v{n}", value=f"v{n}", **told)
            for n in range(8 + 10 * number)
        )
    chance = random.Random(1)
    for start in range(0, size, BATCH):
        products, offers, prices, stocks = [], [], [], []
        for number in range(start, min(start + BATCH, size)):
            name = f"{chance.choice(NOUNS)} {' '.join(chance.sample(WORDS, 3))} {number % 997}"
            sku = f"YK-{number:07} ND"
            leaf = leaves[number % 100]
            product = Product(
                pk=number + 1,
                ref=f"r{number}",
                name=name,
                name_key=name_key(name),
                sku=sku,
                sku_key=sku_key(sku),
                barcode=f"46{number:011}",
                brand=f"Марка {number % 30}",
                category=leaf,
                category_refs=[leaf.ref],
                properties=[[f"p{n}", [f"p{n}v{chance.randrange(8 + 10 * n)}"]] for n in range(6)],
                **told,
            )
            offer = Offer(pk=number + 1, ref=product.ref, product=product, sku=sku, **told)
            amounts = {str(each.pk): f"{chance.randrange(10**6) / 100:.2f}" for each in types}
            products.append(product)
            offers.append(offer)
            prices.append(OfferPrices(offer=offer, amounts=amounts, **told))
            stocks.append(OfferStock(offer=offer, quantities=quantities(chance, {}), **told))
        Product.objects.bulk_create(products)
        Offer.objects.bulk_create(offers)
        OfferPrices.objects.bulk_create(prices)
        OfferStock.objects.bulk_create(stocks)
    return int(base.pk)


def quantities(chance: random.Random, before: dict[str, str]) -> dict[str, str]:
    """Stock in five warehouses or in none, the other way round than before in half of cases."""
    if before and chance.random() < 0.5:
        return {}
    return {str(n): str(chance.randrange(1, 50)) for n in range(1, 6)}


def new_batch() -> int:
    """The number of a new change batch."""
    from sync.models import ChangeBatch

    return int(ChangeBatch.objects.create(at=at()).pk)


def at() -> Any:
    """Now."""
    from django.utils import timezone

    return timezone.now()


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_mb() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
