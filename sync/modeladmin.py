"""Registers of the exchange: its bases, runs, files, rejections and orders on their way."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail_modeladmin.options import ModelAdminGroup
from wagtail_modeladmin.views import CreateView, EditView

from base.figures import NOTHING
from base.registers import (
    EditableRegister,
    Register,
    Section,
    flag,
    moment,
    money,
    quantity_words,
    text,
)
from sync import connections
from sync.filters import BaseFilter, KindFilter
from sync.models import (
    Connection,
    OutboxOrder,
    Parked,
    ReceivedFile,
    Rejection,
    RemoteOrder,
    Run,
)
from sync.models.exchange import KINDS
from sync.screens.menu import ITEMS

SHOWN_REJECTIONS = 200
FACETS = {
    "i": gettext_lazy("description"),
    "p": gettext_lazy("prices"),
    "s": gettext_lazy("stock"),
}
BASE = text("connection.name", gettext_lazy("1C base"))


class RunRegister(Register):
    """What each import and export did."""

    model = Run
    menu_icon = "history"
    list_display = (
        "queued",
        "base_name",
        "kind_words",
        "title",
        "state",
        "read_count",
        "created_count",
        "changed_count",
        "unchanged_count",
        "parked_count",
        "rejected_count",
    )
    list_filter = (BaseFilter, "state", KindFilter)
    list_select_related = ("connection",)
    search_fields = ("title",)
    ordering = ("-pk",)
    inspect_view_fields = (
        "base_name",
        "kind_words",
        "title",
        "state",
        "file_name",
        "started",
        "queued_at",
        "started_at",
        "finished_at",
        "read_count",
        "created_count",
        "changed_count",
        "unchanged_count",
        "parked_count",
        "rejected_count",
        "warning_count",
        "error",
    )
    queued = moment("queued_at", gettext_lazy("queued"))
    base_name = BASE
    file_name = text("file.name", gettext_lazy("file"))
    started = text("by", gettext_lazy("started by"))

    def kind_words(self, row: Run) -> str:
        """What kind of data the run carried."""
        return str(KINDS.get(row.kind, row.kind))

    kind_words.short_description = gettext_lazy("kind")  # type: ignore[attr-defined]

    def sections(self, instance: Run) -> Iterable[Section]:
        """Objects that were not taken and why, and what a person should know of those that were."""
        found = instance.rejections.order_by("pk")[:SHOWN_REJECTIONS]
        rows = [(str(one.line or NOTHING), one.kind, one.ref, one.reason) for one in found]
        headings = (_("line"), _("kind"), _("identifier in 1C"), _("reason"))
        yield Section(_("Rejected objects"), headings, rows, _("Everything was taken."))
        if instance.warnings:
            warnings = [(str(text),) for text in instance.warnings]
            yield Section(_("Warnings"), (_("what"),), warnings)


class FileRegister(Register):
    """Files as they arrived."""

    model = ReceivedFile
    menu_icon = "doc-empty"
    list_display = ("name", "base_name", "kind", "size_words", "received")
    list_filter = (BaseFilter, "kind")
    list_select_related = ("connection",)
    search_fields = ("name",)
    ordering = ("-pk",)
    inspect_view_fields = ("name", "base_name", "kind", "size_words", "sha256_words", "received")
    base_name = BASE
    received = moment("received_at", gettext_lazy("received"))
    sha256_words = text("sha256", "SHA-256")

    def size_words(self, row: ReceivedFile) -> str:
        """Size in kilobytes."""
        return quantity_words(-(-row.size // 1024), _("KB"))

    size_words.short_description = gettext_lazy("size")  # type: ignore[attr-defined]

    def sections(self, instance: ReceivedFile) -> Iterable[Section]:
        """Runs that imported the file."""
        rows = [
            (f"№ {run.pk}", run.title, run.get_state_display(), run.error)
            for run in instance.runs.order_by("-pk")
        ]
        headings = (_("run"), _("what"), _("state"), _("error"))
        yield Section(_("Runs"), headings, rows, _("The file was not imported yet."))


class RejectionRegister(Register):
    """Objects that could not be taken."""

    model = Rejection
    menu_icon = "warning"
    list_display = ("at_words", "base_name", "kind", "ref", "reason")
    list_select_related = ("run__connection",)
    search_fields = ("ref",)
    ordering = ("-pk",)
    inspect_view_fields = (
        "at_words",
        "base_name",
        "run_words",
        "line",
        "kind",
        "ref",
        "reason",
        "fragment",
    )
    at_words = moment("at", gettext_lazy("when"))
    base_name = text("run.connection.name", gettext_lazy("1C base"))
    run_words = text("run.title", gettext_lazy("run"))


class ParkedRegister(Register):
    """Offers that wait for their product."""

    model = Parked
    menu_icon = "time"
    list_display = ("ref_words", "product_words", "facet_words", "base_name", "parked")
    list_filter = (BaseFilter,)
    list_select_related = ("connection",)
    search_fields = ("ref", "product_ref")
    ordering = ("-pk",)
    inspect_view_fields = (
        "ref_words",
        "product_words",
        "facet_words",
        "base_name",
        "parked",
        "element_words",
    )
    base_name = BASE
    ref_words = text("ref", gettext_lazy("offer"))
    product_words = text("product_ref", gettext_lazy("product"))
    element_words = text("element", gettext_lazy("as it arrived"))
    parked = moment("parked_at", gettext_lazy("parked"))

    def facet_words(self, row: Parked) -> str:
        """What the message says about the offer."""
        return ", ".join(str(FACETS[letter]) for letter in row.facets if letter in FACETS)

    facet_words.short_description = gettext_lazy("what came")  # type: ignore[attr-defined]


class OutboxRegister(Register):
    """Orders that 1C has to fetch or has fetched."""

    model = OutboxOrder
    menu_icon = "upload"
    list_display = (
        "number",
        "base_name",
        "state",
        "attempts",
        "queued",
        "given",
        "confirmed",
        "error",
    )
    list_filter = (BaseFilter, "state")
    list_select_related = ("connection",)
    search_fields = ("number",)
    ordering = ("-pk",)
    inspect_view_fields = (
        "number",
        "base_name",
        "state",
        "attempts",
        "queued",
        "given",
        "confirmed",
        "error",
    )
    base_name = BASE
    queued = moment("queued_at", gettext_lazy("queued"))
    given = moment("given_at", gettext_lazy("given"))
    confirmed = moment("confirmed_at", gettext_lazy("confirmed"))


class RemoteOrderRegister(Register):
    """Orders as 1C has them now."""

    model = RemoteOrder
    menu_icon = "download"
    list_display = ("number", "remote_number", "base_name", "status", "amount_words", "changed")
    list_filter = (BaseFilter,)
    list_select_related = ("connection",)
    search_fields = ("number", "remote_number")
    ordering = ("-pk",)
    inspect_view_fields = (
        "number",
        "remote_number",
        "remote_on",
        "base_name",
        "status",
        "amount_words",
        "posted",
        "paid",
        "paid_on",
        "shipped",
        "shipped_on",
        "cancelled",
        "deleted",
        "comment",
        "changed",
    )
    base_name = BASE
    amount_words = money("amount", gettext_lazy("amount"))
    changed = moment("changed_at", gettext_lazy("changed"))

    def sections(self, instance: RemoteOrder) -> Iterable[Section]:
        """Lines of the order in 1C."""
        rows = [
            tuple(
                str(line.get(key) or "") for key in ("sku", "name", "quantity", "price", "amount")
            )
            for line in instance.lines
        ]
        headings = (_("article"), _("name"), _("quantity"), _("price"), _("amount"))
        yield Section(_("Lines"), headings, rows, _("1C sent no lines."))


MAPPED = ("pack_multiple", "min_quantity", "brand", "series")
"""Keys of `Connection.field_map`."""


def _mapped(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=250)


class ConnectionForm(WagtailAdminModelForm):
    """A base of 1C; its password is made here and shown once.

    `field_map` is written as one plain field for each of its keys.
    """

    pack_multiple = _mapped(gettext_lazy("pack multiple"))
    min_quantity = _mapped(gettext_lazy("minimum quantity"))
    brand = _mapped(gettext_lazy("brand"))
    series = _mapped(gettext_lazy("series"))
    new_password = forms.BooleanField(
        label=gettext_lazy("make a new password"),
        required=False,
        help_text=gettext_lazy("It is shown once, after saving. The old one stops working."),
    )
    made_password = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in MAPPED:
            self.fields[key].initial = self.instance.field_map.get(key, "")
        if self.instance.pk is None:
            del self.fields["new_password"]

    def clean_time_zone(self) -> str:
        """A zone of the system's list: 1C's times are read by it."""
        zone: str = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone; an example: Europe/Moscow."))
        return zone

    def save(self, commit: bool = True) -> Connection:
        """Save; a new base gets a password, an old one when it was asked for."""
        is_new = self.instance.pk is None
        words = {key: self.cleaned_data[key].strip() for key in MAPPED}
        self.instance.field_map = {key: name for key, name in words.items() if name}
        connection: Connection = super().save(commit=commit)
        if is_new or self.cleaned_data.get("new_password"):
            self.made_password = secrets.token_urlsafe(12)
            connections.set_password(
                connection=connection, password=self.made_password, by=self.for_user
            )
        return connection


class PasswordShown:
    """Shows the password that saving has made."""

    made_password = ""

    def form_valid(self, form: ConnectionForm) -> Any:
        """Save first: the message is made inside."""
        self.form = form
        return super().form_valid(form)  # type: ignore[misc]

    def get_success_message(self, instance: Connection) -> str:
        """With the password, this once."""
        if not self.form.made_password:
            return _("Saved: %(name)s") % {"name": instance.name}
        return _(
            "Saved: %(name)s. User name for 1C: %(user)s, password: %(password)s."
            " Write it down, it is not shown again."
        ) % {"name": instance.name, "user": instance.user, "password": self.form.made_password}


class ConnectionCreate(PasswordShown, CreateView):
    """A new base."""


class ConnectionEdit(PasswordShown, EditView):
    """An existing base."""


class ConnectionRegister(EditableRegister):
    """Bases of 1C that may exchange."""

    model = Connection
    menu_icon = "link"
    list_display = ("name", "user", "active", "time_zone", "zip", "created")
    search_fields = ("~name", "user")
    ordering = ("pk",)
    create_view_class = ConnectionCreate
    edit_view_class = ConnectionEdit
    inspect_view_fields = (
        "name",
        "user",
        "active",
        "time_zone",
        "zip",
        "file_limit",
        "charset",
        "created",
    )
    active = flag("is_active", gettext_lazy("active"))
    zip = flag("use_zip", gettext_lazy("ask for archives"))
    created = moment("created_at", gettext_lazy("created"))
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("user"),
            FieldPanel("new_password"),
            FieldPanel("is_active"),
            MultiFieldPanel(
                [
                    FieldPanel("time_zone"),
                    FieldPanel("charset"),
                    FieldPanel("use_zip"),
                    FieldPanel("file_limit"),
                ],
                heading=gettext_lazy("How it talks"),
            ),
            MultiFieldPanel(
                [FieldPanel(key) for key in MAPPED],
                heading=gettext_lazy("Fields from properties or requisites"),
                help_text=gettext_lazy(
                    "The name of the property in 1C, in any case. Empty: the field is not filled."
                ),
            ),
        ],
        base_form_class=ConnectionForm,
    )

    def sections(self, instance: Connection) -> Iterable[Section]:
        """The last runs."""
        rows = [
            (f"{run.pk}", str(KINDS.get(run.kind, run.kind)), run.title, run.get_state_display())
            for run in instance.runs.order_by("-pk")[:20]
        ]
        yield Section(
            _("Last runs"),
            ("№", _("kind"), _("what"), _("state")),
            rows,
            _("1C has not exchanged yet."),
        )


class ExchangeGroup(ModelAdminGroup):
    """The exchange with 1C."""

    menu_label = gettext_lazy("Exchange with 1C")
    menu_icon = "resubmit"
    menu_order = 400
    items = (
        RunRegister,
        FileRegister,
        RejectionRegister,
        ParkedRegister,
        OutboxRegister,
        RemoteOrderRegister,
        ConnectionRegister,
    )

    def get_submenu_items(self) -> list[MenuItem]:
        """The screens among the registers."""
        registers: list[MenuItem] = super().get_submenu_items()
        for place, item in enumerate(registers, start=1):
            item.order = place * 10
        return [*registers, *ITEMS]
