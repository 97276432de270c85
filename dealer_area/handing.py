"""Handing an order over to 1C, whole or in parts: when it is placed, and after it was mended.

What 1C gets is made of the order's snapshot (quantities, prices, VAT) and of what 1C calls things:
the buyer, the contract, the warehouse, the identifiers of goods. Those may be put right after the
order was placed; the snapshot stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from dealer_area.models import LegalEntity, Order, OrderLine, OrderPart
from sync import reading
from sync.models import Connection, Offer, Warehouse
from sync.onec import splitting
from sync.onec.splitting import Share
from sync.outbox import outbound

_BY_WAREHOUSE = (Connection.Split.WAREHOUSE, Connection.Split.BOTH)


def hand_over(
    *,
    order: Order,
    lines: Sequence[OrderLine],
    connection: Connection,
    numbers: Callable[[int], Sequence[str]],
) -> None:
    """Write a new order down for 1C, in the transaction that places it.

    `lines` come with their offers and those with their stock, `order` with its contract, legal
    entity and outlet. `numbers` gives as many new numbers as the order has parts. A fixed number
    of queries, however many lines.
    """
    sources: Mapping[int, Warehouse] = {}
    if connection.split_orders in _BY_WAREHOUSE:
        sources = _sources(order, lines, reading.warehouses(connection.pk))
    made = outbound.enqueue(connection, _outgoing(order, lines, sources), numbers=numbers)
    if len(made) == 1:
        return
    OrderPart.objects.bulk_create(
        OrderPart(
            order=order,
            number=part.number,
            place=place,
            positions=[lines[index].position for index in share.positions],
            warehouse_ref=share.warehouse_ref,
            warehouse_name=share.warehouse_name[:250],
            amount=part.amount,
            status=order.status,
        )
        for place, (share, part) in enumerate(made, start=1)
    )


def orders_again(numbers: Iterable[str]) -> dict[str, outbound.OutgoingOrder]:
    """Orders, or parts of them, as 1C is to get them now; by number, unknown ones left out.

    A part stays in the warehouse it was made for, if it was for one; a whole order is in that of
    its terms.
    """
    wanted = set(numbers)
    parts = list(OrderPart.objects.filter(number__in=wanted).values_list("order_id", flat=True))
    whole = Order.objects.filter(number__in=wanted) | Order.objects.filter(pk__in=parts)
    joined = whole.select_related(
        "outlet",
        "legal_entity__counterparty",
        "contract__organisation",
        "contract__agreement__warehouse",
    ).prefetch_related("parts", "lines__offer__product")
    found: dict[str, outbound.OutgoingOrder] = {}
    for order in joined:
        lines = list(order.lines.all())
        outgoing = _outgoing(order, lines, {})
        own = list(order.parts.all())
        if not own:
            found[order.number] = outgoing
            continue
        index = {line.position: place for place, line in enumerate(lines)}
        shares = [
            Share(
                tuple(index[position] for position in part.positions),
                part.warehouse_ref or _ref_by_name(part.warehouse_name, outgoing),
                part.warehouse_name or outgoing.warehouse_name,
            )
            for part in own
        ]
        made = splitting.parts(outgoing, shares, [part.number for part in own])
        found |= {part.number: part for part in made}
    return {number: found[number] for number in wanted if number in found}


def _ref_by_name(name: str, order: outbound.OutgoingOrder) -> str:
    """The warehouse of a part that was made when parts kept no identifier, or terms had none."""
    return order.warehouse_ref if name in {"", order.warehouse_name} else ""


def _sources(
    order: Order, lines: Sequence[OrderLine], warehouses: Mapping[int, Warehouse]
) -> dict[int, Warehouse]:
    """The warehouse that each line comes from, by its position."""
    agreement = order.contract.agreement
    own = agreement.warehouse_id if agreement else None
    usable = {
        pk: each
        for pk, each in warehouses.items()
        if each.ref and (pk == own or (each.is_sold_from and not each.archived))
    }
    found = {}
    for line in lines:
        stock = {pk: have for pk, have in _stock(line.offer).items() if pk in usable}
        chosen = splitting.warehouse_for(stock, line.quantity, own=own)
        if chosen in usable:
            found[line.position] = usable[chosen]
    return found


def _stock(offer: Offer) -> dict[int, Decimal]:
    told = getattr(offer, "stock", None)
    if told is None:
        return {}
    return {int(pk): Decimal(quantity) for pk, quantity in told.quantities.items()}


def _outgoing(
    order: Order, lines: Sequence[OrderLine], sources: Mapping[int, Warehouse]
) -> outbound.OutgoingOrder:
    contract = order.contract
    agreement = contract.agreement
    warehouse = agreement.warehouse if agreement else None
    return outbound.OutgoingOrder(
        number=order.number,
        placed_at=order.placed_at,
        currency=order.currency,
        vat_included=order.vat_included,
        amount=order.amount,
        vat_amount=order.vat_amount,
        party=_party(order.legal_entity),
        lines=tuple(_line(line, sources.get(line.position)) for line in lines),
        comment=order.comment,
        contract_name=contract.name,
        agreement_name=agreement.name if agreement else "",
        warehouse_ref=warehouse.ref if warehouse else "",
        warehouse_name=_name_in_1c(warehouse),
        organisation_name=contract.organisation.name if contract.organisation else "",
        outlet_name=order.outlet.name,
    )


def _line(line: OrderLine, source: Warehouse | None) -> outbound.OutgoingLine:
    return outbound.OutgoingLine(
        # goods may have been bound to another identifier since
        offer_ref=line.offer.ref,
        sku=line.sku,
        name=line.name or line.offer.name,
        # 1C knows the word it wrote, not the one that the portal shows
        unit=line.offer.product.unit_told or line.unit,
        quantity=line.quantity,
        price=line.price,
        amount=line.amount,
        vat_rate=line.vat_rate,
        vat_amount=line.vat_amount,
        warehouse_ref=source.ref if source else "",
        warehouse_name=_name_in_1c(source),
    )


def _name_in_1c(warehouse: Warehouse | None) -> str:
    """1C finds a warehouse by its own name of it, never by the portal's."""
    return (warehouse.name or warehouse.ref) if warehouse else ""


def _party(entity: LegalEntity) -> outbound.OutgoingParty:
    """The buyer as 1C knows him, with the requisites the dealer entered where 1C has none."""
    known = entity.counterparty
    assert known is not None  # noqa: S101 - a contract belongs to a counterparty
    kind: outbound.PartyKind = "company"
    if known.kind == known.Kind.SOLE_TRADER:
        kind = "sole_trader"
    elif known.kind == known.Kind.PERSON:
        kind = "person"
    return outbound.OutgoingParty(
        ref=known.ref,
        name=known.name,
        full_name=known.full_name or known.name,
        inn=known.inn or entity.inn,
        kpp=known.kpp or entity.kpp,
        kind=kind,
    )
