"""First screens of the admin for the catalogue and for finance: what waits for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from base.figures import NOTHING
from base.panels import ListPanel, PanelRow
from base.registers import moment_words, money_words, quantity_words
from sync.models import OfferPrices, Product, Run, SettlementBalance, Twin
from sync.models.exchange import KINDS

COUNTED = 10_000
"""The newest goods, the only ones looked through: the first screen must not take seconds."""
SHOWN = 8
EXCHANGES = 5
GOODS_LIST = "sync_product_modeladmin_index"
BALANCES_LIST = "sync_settlementbalance_modeladmin_index"

SETTLEMENTS = ("balance", "settlement")
"""Kinds of runs that bring settlements."""


def goods_panel(*, may_see_twins: bool) -> ListPanel:
    """What the catalogue lacks, and when it last came. Six queries."""
    newest = Product.objects.current().order_by("-pk").values("pk")
    is_large = newest[COUNTED : COUNTED + 1].exists()
    goods = Product.objects.filter(pk__in=newest[:COUNTED])
    priced = OfferPrices.objects.filter(offer__product=OuterRef("pk"), offer__archived=False)

    def counted(rows: QuerySet[Product]) -> str:
        words = quantity_words(rows.count())
        if not is_large:
            return words
        told = {"count": words, "all": quantity_words(COUNTED)}
        return _("%(count)s of the newest %(all)s") % told

    address = reverse(GOODS_LIST)
    twins = reverse("exchange:twins") if may_see_twins else address
    rows = [
        PanelRow(address, (_("Goods without a page"), counted(goods.filter(page=None)))),
        PanelRow(address, (_("Goods without a picture"), counted(goods.filter(pictures=[])))),
        PanelRow(
            address,
            (
                _("Goods without a price"),
                counted(goods.filter(~Exists(priced.exclude(amounts={})))),
            ),
        ),
        PanelRow(
            twins,
            (
                _("Likely twins to decide on"),
                quantity_words(Twin.objects.filter(state=Twin.State.WAITING).count()),
            ),
        ),
    ]
    last = _ended(["catalog"]).first()
    came = moment_words(last.finished_at) if last else _("has not come yet")
    rows.append(PanelRow(address, (_("Last exchange of the catalogue"), came)))
    return ListPanel(
        name="goods-lacking",
        order=120,
        title=_("State of the catalogue"),
        rows=rows,
        empty="",
        more=address,
    )


def pageless_panel() -> ListPanel:
    """The newest goods that have no page. One query."""
    found = Product.objects.current().filter(page=None).order_by("-pk")[:EXCHANGES]
    return ListPanel(
        name="goods-pageless",
        order=130,
        title=_("New goods without a page"),
        rows=[
            PanelRow(
                reverse("sync_product_modeladmin_inspect", args=[product.pk]),
                (product.name, product.sku or NOTHING),
            )
            for product in found
        ],
        empty=_("There are no goods without a page."),
        more=reverse(GOODS_LIST),
    )


def debts_panel(on: date) -> ListPanel:
    """The first debtors. One query."""
    address = reverse(BALANCES_LIST)
    return ListPanel(
        name="debtors",
        order=120,
        title=_("Debts of counterparties"),
        rows=[
            PanelRow(
                f"{address}?q={each.inn}" if each.inn else address,
                (
                    each.name or _("without a counterparty"),
                    _("owes %(amount)s") % {"amount": money_words(each.debt, each.currency)},
                    _("overdue %(amount)s") % {"amount": money_words(each.overdue, each.currency)}
                    if each.overdue
                    else _("nothing overdue"),
                ),
            )
            for each in SettlementBalance.objects.debtors(on, SHOWN)
        ],
        empty=_("Nobody owes anything by the data of 1C."),
        more=address,
    )


def money_panel() -> ListPanel:
    """The last exchange of settlements and the last bank statements. Two queries."""
    told = _ended(SETTLEMENTS).select_related("connection")[:1]
    runs = [*told, *_ended(["bank"]).select_related("connection")[:EXCHANGES]]
    statements, balances = reverse("exchange:statements"), reverse(BALANCES_LIST)
    return ListPanel(
        name="money-exchanges",
        order=130,
        title=_("Settlements and bank statements"),
        rows=[
            PanelRow(
                statements if run.kind == "bank" else balances,
                (
                    capfirst(str(KINDS[run.kind])),
                    run.connection.name,
                    run.get_state_display(),
                    moment_words(run.finished_at),
                ),
            )
            for run in runs
        ],
        empty=_("Neither settlements nor statements have come yet."),
        more=statements,
    )


def _ended(kinds: Sequence[str]) -> QuerySet[Run]:
    """Runs of these kinds that have ended, the newest first."""
    return Run.objects.filter(
        kind__in=kinds, is_rehearsal=False, finished_at__isnull=False
    ).order_by("-finished_at", "-pk")
