"""Registers of clients as 1C knows them: companies, legal entities, agreements and contracts."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.registers import Section, day, money, money_words, text
from sync.models import Agreement, Contract, Counterparty, Organisation, Partner
from sync.registers.base import MirrorRegister
from sync.registers.filters import BaseFilter


class PartnerRegister(MirrorRegister):
    """Client companies."""

    model = Partner
    menu_icon = "group"
    list_display = ("name", "base_name", "gone", "changed")
    search_fields = ("ref", "~name")
    inspect_view_fields = ("name", "base_name", "ref", "gone", "changed")

    def sections(self, instance: Partner) -> Iterable[Section]:
        """Counterparties and agreements."""
        people = [(one.name, one.inn, one.kpp) for one in instance.counterparties.order_by("pk")]
        yield Section(
            _("Counterparties"), (_("name"), _("INN"), _("KPP")), people, _("There are none.")
        )
        found = instance.agreements.select_related("price_type", "warehouse").order_by("pk")
        rows = [
            (one.name, str(one.price_type or ""), str(one.warehouse or ""), one.currency)
            for one in found
        ]
        headings = (_("name"), _("price type"), _("warehouse"), _("currency"))
        yield Section(_("Agreements"), headings, rows, _("There are none."))


class CounterpartyRegister(MirrorRegister):
    """Legal entities."""

    model = Counterparty
    menu_icon = "user"
    list_display = ("name", "inn", "kpp", "kind", "partner_name", "base_name", "gone")
    list_select_related = ("connection", "partner")
    list_filter = (BaseFilter, "archived", "kind")
    search_fields = ("inn", "ref", "~name")
    inspect_view_fields = (
        "name",
        "full_name",
        "inn",
        "kpp",
        "kind",
        "partner_name",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    partner_name = text("partner.name", gettext_lazy("partner"))

    def sections(self, instance: Counterparty) -> Iterable[Section]:
        """Contracts."""
        rows = [
            (one.name, one.number, money_words(one.credit_limit, one.currency))
            for one in instance.contracts.order_by("pk")
        ]
        headings = (_("name"), _("number"), _("credit limit"))
        yield Section(_("Contracts"), headings, rows, _("There are none."))


class AgreementRegister(MirrorRegister):
    """Agreements."""

    model = Agreement
    menu_icon = "doc-full"
    list_display = ("name", "partner_name", "price_name", "store_name", "currency", "gone")
    list_select_related = ("connection", "partner", "price_type", "warehouse")
    search_fields = ("ref", "~name")
    inspect_view_fields = (
        "name",
        "partner_name",
        "price_name",
        "store_name",
        "currency",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    partner_name = text("partner.name", gettext_lazy("partner"))
    price_name = text("price_type", gettext_lazy("price type"))
    store_name = text("warehouse", gettext_lazy("warehouse"))


class ContractRegister(MirrorRegister):
    """Contracts."""

    model = Contract
    menu_icon = "doc-full-inverse"
    list_display = ("name", "number", "holder", "agreement_name", "limit", "deferral_days", "gone")
    list_select_related = ("connection", "counterparty", "agreement", "price_type", "organisation")
    search_fields = ("number", "ref", "~name", "counterparty__inn")
    inspect_view_fields = (
        "name",
        "number",
        "signed_on",
        "holder",
        "agreement_name",
        "organisation_name",
        "price_name",
        "currency",
        "limit",
        "deferral_days",
        "base_name",
        "ref",
        "gone",
        "changed",
    )
    signed_on = day("signed_on", gettext_lazy("signed"))
    holder = text("counterparty.name", gettext_lazy("counterparty"))
    agreement_name = text("agreement.name", gettext_lazy("agreement"))
    organisation_name = text("organisation", gettext_lazy("organisation"))
    price_name = text("price_type", gettext_lazy("price type"))
    limit = money("credit_limit", gettext_lazy("credit limit"))


class OrganisationRegister(MirrorRegister):
    """The supplier's own legal entities."""

    model = Organisation
    menu_icon = "home"
    list_display = ("name", "base_name", "gone", "changed")
    search_fields = ("ref", "~name")
    inspect_view_fields = ("name", "base_name", "ref", "gone", "changed")
