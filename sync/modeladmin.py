"""Registers of the exchange: its bases, runs, files, rejections and orders on their way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail_modeladmin.options import ModelAdminGroup
from wagtail_modeladmin.views import CreateView, EditView

from base.registers import (
    EditableRegister,
    Register,
    Section,
    day,
    flag,
    moment,
    money,
    quantity_words,
    text,
)
from sync.goods import plain_offers
from sync.models import (
    Connection,
    ReceivedFile,
    RemoteOrder,
)
from sync.models.exchange import KINDS
from sync.registers.connection_form import MAPPED, ConnectionForm
from sync.registers.filters import BaseFilter
from sync.screens.menu import ITEMS

BASE = text("connection.name", gettext_lazy("1C base"))


class FileRegister(Register):
    """Files as they arrived."""

    model = ReceivedFile
    inspect_template_name = "sync/file.html"
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
    remote_on = day("remote_on", gettext_lazy("date in 1C"))
    paid_on = day("paid_on", gettext_lazy("paid on"))
    shipped_on = day("shipped_on", gettext_lazy("shipped on"))
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


class ConnectionCreate(CreateView):
    """A new base is made step by step, by a screen of its own."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """To that screen, whoever may make one."""
        if not self.check_action_permitted(request.user):
            raise PermissionDenied
        return redirect("exchange:connect")


class ConnectionEdit(PasswordShown, EditView):
    """An existing base."""


class ConnectionRegister(EditableRegister):
    """Bases of 1C that may exchange."""

    model = Connection
    menu_icon = "link"
    list_display = ("name", "user", "family", "active", "paused", "contact", "created")
    search_fields = ("~name", "user")
    ordering = ("pk",)
    create_view_class = ConnectionCreate
    edit_view_class = ConnectionEdit
    inspect_view_fields = (
        "name",
        "family",
        "user",
        "active",
        "paused",
        "time_zone",
        "allowed_addresses",
        "zip",
        "file_limit",
        "charset",
        "schema_version",
        "absence_limit",
        "auto_import_minutes",
        "created",
    )
    active = flag("is_active", gettext_lazy("active"))
    paused = flag("is_paused", gettext_lazy("paused"))
    zip = flag("use_zip", gettext_lazy("ask for archives"))
    created = moment("created_at", gettext_lazy("created"))
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("name"),
                    FieldPanel("family"),
                    FieldPanel("is_active"),
                ],
                heading=gettext_lazy("The base"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("user"),
                    FieldPanel("new_password"),
                    FieldPanel("allowed_addresses"),
                ],
                heading=gettext_lazy("How 1C signs in"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("time_zone"),
                    FieldPanel("use_zip"),
                    FieldPanel("file_limit"),
                    FieldPanel("tells_session_key"),
                ],
                heading=gettext_lazy("How it talks"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("absence_limit"),
                    FieldPanel("auto_import_minutes"),
                    FieldPanel("plain_offers", help_text=plain_offers.IN_WORDS),
                    FieldPanel("picture_quota_mb"),
                ],
                heading=gettext_lazy("Goods"),
            ),
            MultiFieldPanel(
                [FieldPanel(key) for key in MAPPED],
                heading=gettext_lazy("Fields from properties or requisites"),
                help_text=gettext_lazy(
                    "The name of the property in 1C, in any case. Empty: the field is not filled."
                ),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("charset"),
                    FieldPanel("schema_version"),
                    FieldPanel("split_orders"),
                    FieldPanel("unconfirmed_hours"),
                ],
                heading=gettext_lazy("Orders"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("odata_url"),
                    FieldPanel("odata_user"),
                    FieldPanel("new_odata_password"),
                    FieldPanel("folder"),
                ],
                heading=gettext_lazy("Other ways: OData and a folder"),
            ),
            MultiFieldPanel([FieldPanel("responsible")], heading=gettext_lazy("Alarms")),
        ],
        base_form_class=ConnectionForm,
    )

    def contact(self, row: Connection) -> str:
        """The way to what is typed into 1C, the check and the last contact."""
        address = reverse("exchange:connected", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("What to type into 1C, check"))

    contact.short_description = gettext_lazy("1C and a check")  # type: ignore[attr-defined]

    def sections(self, instance: Connection) -> Iterable[Section]:
        """The last runs."""
        rows = [
            (
                f"{run.pk}",
                str(KINDS.get(run.kind, run.kind)),
                run.title,
                f"{run.get_state_display()}, {_('dry run')}"
                if run.is_rehearsal
                else str(run.get_state_display()),
                run.error,
            )
            for run in instance.runs.order_by("-pk").defer("differences", "only")[:20]
        ]
        yield Section(
            _("Last runs"),
            ("№", _("kind"), _("what"), _("state"), _("error")),
            rows,
            _("1C has not exchanged yet."),
        )


class ExchangeGroup(ModelAdminGroup):
    """The exchange with 1C."""

    menu_label = gettext_lazy("Exchange with 1C")
    menu_icon = "resubmit"
    menu_order = 400
    items = (
        FileRegister,
        RemoteOrderRegister,
        ConnectionRegister,
    )

    def get_submenu_items(self) -> list[MenuItem]:
        """The screens among the registers."""
        registers: list[MenuItem] = super().get_submenu_items()
        for place, item in enumerate(registers, start=1):
            item.order = place * 10
        return [*registers, *ITEMS]
