"""Registers of dealers: companies, their people, invitations, orders, statuses of 1C."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail_modeladmin.options import ModelAdminGroup
from wagtail_modeladmin.views import CreateView, EditView

from base.registers import (
    ChangeHelper,
    EditableRegister,
    EditHelper,
    Register,
    Section,
    flag,
    moment,
    moment_words,
    money,
    money_words,
    quantity_words,
    text,
)
from dealer_area import company, inviting, people, tasks
from dealer_area.access import Capability, entitlement_of
from dealer_area.admin_forms import (
    DealerForm,
    InvitationForm,
    MembershipForm,
    StatusMapForm,
)
from dealer_area.authority import CompanyError
from dealer_area.models import Dealer, Invitation, Membership, Order, Role, StatusMap
from sync.models import OutboxOrder
from sync.registers.filters import BaseFilter


class DealerRegister(EditableRegister):
    """Dealer companies with their outlets and legal entities."""

    model = Dealer
    menu_icon = "group"
    list_display = ("name", "base_name", "partner_name", "price_name", "markup_percent", "active")
    list_filter = (BaseFilter, "is_active")
    list_select_related = ("connection", "partner", "price_type")
    search_fields = ("~name",)
    ordering = ("name",)
    inspect_view_fields = (
        "name",
        "base_name",
        "partner_name",
        "price_name",
        "markup_percent",
        "active",
        "since",
    )
    base_name = text("connection.name", gettext_lazy("1C base"))
    partner_name = text("partner.name", gettext_lazy("partner in 1C"))
    price_name = text("price_type", gettext_lazy("price type"))
    active = flag("is_active", gettext_lazy("active"))
    since = moment("created_at", gettext_lazy("created"))
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("is_active"),
            MultiFieldPanel(
                [FieldPanel("connection"), FieldPanel("partner")], heading=gettext_lazy("1C")
            ),
            MultiFieldPanel(
                [FieldPanel("price_type"), FieldPanel("markup_percent")],
                heading=gettext_lazy("Prices"),
            ),
            InlinePanel(
                "outlets",
                heading=gettext_lazy("Outlets"),
                label=gettext_lazy("Outlet"),
                panels=[FieldPanel("name"), FieldPanel("address"), FieldPanel("is_active")],
            ),
            InlinePanel(
                "legal_entities",
                heading=gettext_lazy("Legal entities"),
                label=gettext_lazy("Legal entity"),
                panels=[
                    FieldPanel("counterparty"),
                    FieldPanel("name"),
                    FieldPanel("inn"),
                    FieldPanel("kpp"),
                    FieldPanel("is_active"),
                ],
            ),
        ],
        base_form_class=DealerForm,
    )

    def sections(self, instance: Dealer) -> Iterable[Section]:
        """Outlets, legal entities and people."""
        none = _("There are none.")
        outlets = [(one.name, one.address) for one in instance.outlets.all()]
        yield Section(_("Outlets"), (_("name"), _("address")), outlets, none)
        entities = [(one.name, one.inn, one.kpp) for one in instance.legal_entities.all()]
        yield Section(_("Legal entities"), (_("name"), _("INN"), _("KPP")), entities, none)
        members = [
            (str(one.user), one.user.email, one.get_role_display())
            for one in Membership.objects.for_dealer(instance)
        ]
        yield Section(_("People"), (_("Employee"), _("E-mail"), _("Role")), members, none)


class MembershipEdit(EditView):
    """Changing a person's role, outlets and access, by the same rules as a director."""

    def form_valid(self, form: MembershipForm) -> HttpResponse:
        """By the verbs, which write to the history themselves."""
        by, at, wanted = self.request.user, timezone.now(), form.cleaned_data
        try:
            company.change_member(
                membership=Membership.objects.select_related("user", "dealer").get(
                    pk=self.instance.pk
                ),
                role=Role(wanted["role"]),
                outlets=wanted["outlets"],
                is_active=wanted["is_active"],
                by=by,
                at=at,
            )
        except CompanyError as refusal:
            form.add_error(None, str(refusal))
            refused: HttpResponse = self.form_invalid(form)
            return refused
        messages.success(self.request, self.get_success_message(self.instance))
        return redirect(self.get_success_url())


class MembershipRegister(Register):
    """Who works for which dealer."""

    model = Membership
    menu_icon = "user"
    history_view_enabled = True
    permission_helper_class = ChangeHelper
    edit_view_class = MembershipEdit
    list_display = ("person", "email", "dealer_name", "role", "active", "since")
    list_filter = ("role", "is_active")
    list_select_related = ("user", "dealer")
    search_fields = ("user__email", "~user__name", "~dealer__name")
    ordering = ("-pk",)
    inspect_view_fields = (
        "person",
        "email",
        "dealer_name",
        "role",
        "outlet_words",
        "active",
        "since",
    )
    person = text("user", gettext_lazy("person"))
    email = text("user.email", gettext_lazy("e-mail"))
    dealer_name = text("dealer.name", gettext_lazy("dealer"))
    active = flag("is_active", gettext_lazy("active"))
    since = moment("created_at", gettext_lazy("since"))
    edit_handler = ObjectList(
        [FieldPanel("role"), FieldPanel("outlets"), FieldPanel("is_active")],
        base_form_class=MembershipForm,
    )

    def outlet_words(self, row: Membership) -> str:
        """Names of the outlets."""
        return people.outlet_words(row.outlets.all())

    outlet_words.short_description = gettext_lazy("outlets")  # type: ignore[attr-defined]

    def sections(self, instance: Membership) -> Iterable[Section]:
        """What the person may do."""
        own = entitlement_of(instance)
        rows = [(str(one.label), _("yes") if one in own else _("no")) for one in Capability]
        yield Section(_("Rights"), (_("Right"), ""), rows)


class InvitationCreate(CreateView):
    """Inviting a person, the first director of a new dealer too."""

    def form_valid(self, form: InvitationForm) -> HttpResponse:
        """By the verb, and the letter by the worker."""
        wanted = form.cleaned_data
        try:
            invitation, token = inviting.invite(
                dealer=wanted["dealer"],
                email=wanted["email"],
                name=wanted["name"],
                role=Role(wanted["role"]),
                outlets=[],
                by=self.request.user,
                at=timezone.now(),
            )
        except CompanyError as refusal:
            form.add_error(None, str(refusal))
            refused: HttpResponse = self.form_invalid(form)
            return refused
        path = reverse("dealer:invitation", kwargs={"token": token})
        tasks.send_invitation.later(invitation.pk, self.request.build_absolute_uri(path))
        messages.success(
            self.request, _("The letter is on its way to %(email)s") % {"email": invitation.email}
        )
        return redirect(self.get_success_url())


class InvitationHelper(EditHelper):
    """Invitations are made and seen, never changed."""

    def user_can_edit_obj(self, user: Any, obj: Any) -> bool:
        """Never: cancelling and sending again are the director's."""
        return False


class InvitationRegister(Register):
    """Letters that let people in."""

    model = Invitation
    menu_icon = "mail"
    permission_helper_class = InvitationHelper
    create_view_class = InvitationCreate
    list_display = ("email", "name", "dealer_name", "role", "sent", "until", "taken")
    list_filter = ("role",)
    list_select_related = ("dealer", "invited_by")
    search_fields = ("email", "~dealer__name")
    ordering = ("-pk",)
    inspect_view_fields = (
        "email",
        "name",
        "dealer_name",
        "role",
        "inviter",
        "sent",
        "until",
        "taken",
        "dropped",
    )
    dealer_name = text("dealer.name", gettext_lazy("dealer"))
    inviter = text("invited_by", gettext_lazy("invited by"))
    sent = moment("invited_at", gettext_lazy("invited"))
    until = moment("expires_at", gettext_lazy("expires"))
    taken = moment("accepted_at", gettext_lazy("accepted"))
    dropped = moment("cancelled_at", gettext_lazy("link dead since"))
    edit_handler = ObjectList(
        [FieldPanel("dealer"), FieldPanel("email"), FieldPanel("name"), FieldPanel("role")],
        base_form_class=InvitationForm,
    )


class OrderRegister(Register):
    """Orders of dealers. They are never edited here."""

    model = Order
    menu_icon = "form"
    list_display = (
        "number",
        "placed",
        "dealer_name",
        "outlet_name",
        "status",
        "amount_words",
        "remote_number",
        "remote_status",
    )
    list_filter = (BaseFilter, "status", "is_paid", "is_changed_by_onec")
    list_select_related = ("dealer", "outlet")
    search_fields = ("number", "remote_number", "~dealer__name")
    ordering = ("-pk",)
    inspect_view_fields = (
        "number",
        "placed",
        "buyer",
        "dealer_name",
        "outlet_name",
        "entity_name",
        "contract_name",
        "status",
        "amount_words",
        "vat_words",
        "remote_number",
        "remote_status",
        "is_paid",
        "is_changed_by_onec",
        "heard_at",
        "comment",
    )
    placed = moment("placed_at", gettext_lazy("placed"))
    buyer = text("placed_by", gettext_lazy("placed by"))
    dealer_name = text("dealer.name", gettext_lazy("dealer"))
    outlet_name = text("outlet.name", gettext_lazy("outlet"))
    entity_name = text("legal_entity.name", gettext_lazy("legal entity"))
    contract_name = text("contract.name", gettext_lazy("contract"))
    amount_words = money("amount", gettext_lazy("amount"))
    vat_words = money("vat_amount", gettext_lazy("VAT"))

    def sections(self, instance: Order) -> Iterable[Section]:
        """Lines and history."""
        lines = [
            (
                line.sku,
                line.name,
                quantity_words(line.quantity, line.unit),
                money_words(line.price, instance.currency),
                money_words(line.amount, instance.currency),
            )
            for line in instance.lines.all()
        ]
        headings = (_("article"), _("name"), _("quantity"), _("price"), _("amount"))
        yield Section(_("Lines"), headings, lines)
        if instance.parts.exists():
            yield self._parts(instance)
        yield self._handing_over(instance)
        events = [
            (
                moment_words(event.at),
                event.get_kind_display(),
                event.get_status_display() if event.status else "",
                event.note,
                str(event.by) if event.by else _("1C"),
            )
            for event in instance.events.select_related("by")
        ]
        headings = (_("when"), _("what"), _("status"), _("note"), _("who"))
        yield Section(_("History"), headings, events)

    def _parts(self, instance: Order) -> Section:
        """Parts in which 1C has the order."""
        rows = [
            (
                part.number,
                part.warehouse_name,
                money_words(part.amount, instance.currency),
                part.get_status_display(),
                part.remote_number,
                part.remote_status,
            )
            for part in instance.parts.all()
        ]
        headings = (
            _("part"),
            _("warehouse"),
            _("amount"),
            _("status"),
            _("number in 1C"),
            _("status in 1C"),
        )
        return Section(_("Order in 1C, in parts"), headings, rows)

    def _handing_over(self, instance: Order) -> Section:
        """What waits for 1C, since when, and why it was not taken."""
        rows = [
            (
                row.number,
                row.get_state_display(),
                moment_words(row.decided_at or row.queued_at),
                str(row.attempts),
                moment_words(row.confirmed_at),
                row.error,
            )
            for row in OutboxOrder.objects.filter(
                Q(number=instance.number) | Q(parent_number=instance.number)
            ).order_by("pk")
        ]
        headings = (
            _("number"),
            _("state"),
            _("waits since"),
            _("times given"),
            _("confirmed"),
            _("reason"),
        )
        return Section(
            _("Handing over to 1C"), headings, rows, _("The order is not on its way to 1C.")
        )


class StatusMapRegister(EditableRegister):
    """Which of our statuses a status of 1C means."""

    model = StatusMap
    menu_icon = "order"
    list_display = ("name", "status", "base_name")
    list_filter = (BaseFilter, "status")
    list_select_related = ("connection",)
    search_fields = ("name_key",)
    ordering = ("name_key",)
    inspect_view_fields = ("name", "status", "base_name")
    base_name = text("connection.name", gettext_lazy("1C base"))
    edit_handler = ObjectList(
        [
            FieldPanel("connection", heading=gettext_lazy("1C base")),
            FieldPanel("name"),
            FieldPanel("status"),
        ],
        base_form_class=StatusMapForm,
    )


class DealerGroup(ModelAdminGroup):
    """Dealers and what they order."""

    menu_label = gettext_lazy("Dealers")
    menu_icon = "group"
    menu_order = 300
    items = (
        OrderRegister,
        DealerRegister,
        MembershipRegister,
        InvitationRegister,
        StatusMapRegister,
    )
