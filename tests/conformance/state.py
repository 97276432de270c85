"""What an exchange left behind, in names that are the same whatever the order of things was."""

from __future__ import annotations

from decimal import Decimal

from sync.models import (
    Offer,
    OutboxOrder,
    Picture,
    PriceType,
    RemoteOrder,
    Run,
    Warehouse,
)
from tests.conformance import exports


def mirror() -> dict[str, tuple[object, ...]]:
    """What a buyer would see, in names: goods, prices, stock. Numbers of rows do not count."""
    types = dict(PriceType.objects.values_list("pk", "name"))
    places = dict(Warehouse.objects.values_list("pk", "name"))
    found: dict[str, tuple[object, ...]] = {}
    offers = Offer.objects.select_related("product", "product__category", "prices", "stock")
    for offer in offers.order_by("ref"):
        quantities = {
            places[int(pk)]: Decimal(text)
            for pk, text in offer.stock.quantities.items()
            if Decimal(text)
        }
        category = offer.product.category
        found[offer.ref] = (
            offer.product.ref,
            offer.product.name,
            offer.product.sku,
            category.name if category else "",
            offer.product.archived,
            {types[int(pk)]: amount for pk, amount in offer.prices.amounts.items()},
            quantities,
        )
    return found


def expected_mirror(*, without: str = "") -> dict[str, tuple[object, ...]]:
    """The mirror after a clean run of any dialect; `without` is archived."""
    found: dict[str, tuple[object, ...]] = {}
    for ref in sorted(exports.OFFERS):
        product = ref.partition("#")[0]
        stock = dict(zip(("Северный", "Южный"), map(Decimal, exports.STOCK[ref]), strict=True))
        found[ref] = (
            product,
            exports.NAMES[product],
            exports.SKUS[product],
            "Доводчики" if product == exports.OTHER else "Фурнитура",
            product == without,
            dict(zip(("Розничная", "Оптовая"), exports.PRICES[ref], strict=True)),
            {place: quantity for place, quantity in stock.items() if quantity},
        )
    return found


def versions() -> list[tuple[object, ...]]:
    """Which change batch each row of the catalogue was last written in."""
    return [
        *Offer.objects.order_by("pk").values_list("ref", "changed_in", "product__changed_in"),
        *Picture.objects.order_by("pk").values_list("name", "sha256", "pk"),
    ]


def orders() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The outbox, and the orders as 1C has them."""
    told = RemoteOrder.objects.order_by("number")
    return (
        list(OutboxOrder.objects.order_by("number").values_list("number", "state")),
        [
            (each.number, each.amount, [line["quantity"] for line in each.lines], each.deleted)
            for each in told
        ],
    )


def unfinished() -> list[str]:
    """Titles of runs that neither ended nor failed."""
    return list(
        Run.objects.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING]).values_list(
            "title", flat=True
        )
    )
