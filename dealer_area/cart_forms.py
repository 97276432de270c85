"""Forms of the cart and of the checkout."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealer_area.checking import Check, Choice, Decision
from dealer_area.models import Cart, LegalEntity, Membership, Outlet
from dealer_area.packing import LARGEST_QUANTITY
from dealer_area.terms import available_contracts, contracts_of
from sync.models import Contract

INPUT = {"class": "input"}
LARGEST_ID = 2**63 - 1
"""What a primary key holds: SQLite breaks down on a larger number in a list."""


class QuantityForm(forms.Form):
    """A quantity as typed; a comma will do."""

    quantity = forms.DecimalField(
        min_value=0, max_value=LARGEST_QUANTITY, max_digits=15, decimal_places=4, localize=True
    )


class AddForm(QuantityForm):
    """An offer and how much of it to add."""

    offer = forms.IntegerField(min_value=1, max_value=LARGEST_ID)


class ContractField(forms.ModelChoiceField[Contract]):
    """Contracts by the name 1C gives them."""

    def label_from_instance(self, obj: Contract) -> str:
        """The name, which usually holds number and date."""
        return obj.name


class ChoiceForm(forms.Form):
    """For whom the cart orders. Only what is the member's own can be chosen."""

    outlet = forms.ModelChoiceField(
        Outlet.objects.none(), label=_("Outlet"), empty_label=None, widget=forms.Select(INPUT)
    )
    legal_entity = forms.ModelChoiceField(
        LegalEntity.objects.none(),
        label=_("Legal entity"),
        empty_label=None,
        widget=forms.Select(INPUT),
    )
    contract = ContractField(
        Contract.objects.none(),
        label=_("Contract"),
        required=False,
        empty_label=None,
        widget=forms.Select(INPUT),
    )
    comment = forms.CharField(
        label=_("Comment on the order"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({**INPUT, "rows": 2}),
    )

    def __init__(self, membership: Membership, cart: Cart | None, data: Any = None) -> None:
        super().__init__(
            data,
            initial={
                "outlet": cart.outlet_id,
                "legal_entity": cart.legal_entity_id,
                "contract": cart.contract_id,
                "comment": cart.comment,
            }
            if cart
            else None,
        )
        dealer = membership.dealer
        self._field("outlet").queryset = Outlet.objects.for_membership(membership)
        self._field("legal_entity").queryset = LegalEntity.objects.for_dealer(dealer)
        if data is not None:
            # the contract of the entity chosen before may come with the new one
            self._field("contract").queryset = available_contracts(dealer)
        elif cart is not None and cart.legal_entity is not None:
            cart.legal_entity.dealer = dealer
            self._field("contract").queryset = contracts_of(cart.legal_entity)

    def _field(self, name: str) -> forms.ModelChoiceField[Any]:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - they are declared above
        return field


class PlacementForm(forms.Form):
    """The checkout: one key for one order, and a decision for each line that needs one."""

    placement_key = forms.UUIDField(widget=forms.HiddenInput)

    def key(self) -> uuid.UUID:
        """The key of a valid form."""
        found: uuid.UUID = self.cleaned_data["placement_key"]
        return found


def decisions_in(data: Any, check: Check) -> dict[int, Decision]:
    """Decisions of a posted checkout (`choice-<line>`, `state-<line>`) by line id."""
    found = {}
    for each in check.troubled:
        pk = each.line.pk
        choice = data.get(f"choice-{pk}")
        if choice in each.choices:
            found[pk] = Decision(Choice(choice), data.get(f"state-{pk}", ""))
    return found
