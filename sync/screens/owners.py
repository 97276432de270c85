"""Who owns fields of goods, by base; and writing the fields that the portal owns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView
from django.views.generic.base import View
from wagtail.admin import messages

from base.models import User
from sync.goods import owning
from sync.goods.owning import BADGES, FIELDS, Owner
from sync.models import Category, Connection, Product
from sync.reading import category_tree
from sync.screens.base import Screen
from sync.visibility import Visibility

RIGHT = "sync.change_connection"
"""The right to say who owns fields."""

FIELDS_RIGHT = "sync.change_product"
"""The right to write fields that the portal owns."""

INDENT = "\u00a0\u00a0\u00a0"


class OwnersForm(forms.Form):
    """One choice for each field of goods."""

    def __init__(self, connection: Connection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = owning.owners_of(connection)
        for field in FIELDS:
            self.fields[field] = forms.ChoiceField(
                label=owning.label_of(field),
                choices=Owner.choices,
                initial=owners[field].value,
                widget=forms.RadioSelect,
            )


class AllOwnersView(Screen, View):
    """Leads to the owners of the first base."""

    permission_required = RIGHT

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """There is always one, or one is to be made first."""
        base = Connection.objects.order_by("pk").first()
        if base is None:
            return redirect("sync_connection_modeladmin_index")
        return redirect("exchange:owners-of", base=base.pk)


class OwnersView(Screen, FormView[OwnersForm]):
    """A table of fields with their owners."""

    permission_required = RIGHT
    template_name = "sync/owners.html"
    header_icon = "lock"
    form_class = OwnersForm

    @cached_property
    def base(self) -> Connection:
        """The base of the address."""
        found: Connection = get_object_or_404(Connection, pk=self.kwargs["base"])
        return found

    def get_page_title(self) -> str:
        """Whose goods these are."""
        return _("Owners of fields: %(base)s") % {"base": self.base.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The base with the rest."""
        return {**super().get_form_kwargs(), "connection": self.base}

    def form_valid(self, form: OwnersForm) -> HttpResponse:
        """By the verb; says what comes of it."""
        changed = owning.set_owners(
            connection=self.base,
            owners=form.cleaned_data,
            by=_person(self.request),
            at=timezone.now(),
        )
        if changed:
            messages.success(
                self.request,
                _("Saved. A field given back to 1C gets 1C's value with its next message."),
            )
        else:
            messages.success(self.request, _("Nothing has changed."))
        return redirect(self.request.path)

    def form_invalid(self, form: OwnersForm) -> HttpResponse:
        """The form with what is wrong."""
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The bases to choose from, and the owners as columns."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context |= {
            "base": self.base,
            "bases": list(Connection.objects.order_by("name").values_list("pk", "name")),
            "owners": Owner.choices,
        }
        return context


class CategoryField(forms.ModelChoiceField[Category]):
    """A category out of the tree of the base."""

    def __init__(self, connection_id: int, **kwargs: Any) -> None:
        rows = Category.objects.current().filter(connection=connection_id)
        super().__init__(queryset=rows, required=False, **kwargs)
        tree = category_tree(Visibility(frozenset({connection_id})))
        self.choices = [
            ("", _("without a category")),
            *((node.id, INDENT * node.depth + node.name) for root in tree for node in root.walk()),
        ]


class ProductFieldsForm(forms.Form):
    """The fields of a product that the portal owns, or that 1C merely fills."""

    def __init__(self, product: Product, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, owner in owning.owners_of(product.connection).items():
            if owner is not Owner.ONEC:
                field = self._field(product, name)
                field.help_text = format_html(
                    '<span class="w-status xch-owner">{}</span>{}', BADGES[owner], _hint(owner)
                )
                self.fields[name] = field

    def _field(self, product: Product, name: str) -> forms.Field:
        label = owning.label_of(name)
        if name == "category":
            return CategoryField(product.connection_id, label=label, initial=product.category_id)
        if name == "pictures":
            return forms.CharField(
                label=label,
                required=False,
                initial="\n".join(product.pictures),
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        column: Any = Product._meta.get_field(name)
        made: Any = column.formfield(
            label=label, initial=getattr(product, name), required=name == "name"
        )
        made.required = name == "name"
        if name == "description":
            made.widget = forms.Textarea(attrs={"rows": 10})
        if isinstance(made, forms.DecimalField):
            made.localize = True
            made.widget = forms.TextInput(attrs={"inputmode": "decimal"})
            made.widget.is_localized = True
        found: forms.Field = made
        return found

    def values(self) -> dict[str, Any]:
        """What `owning.set_fields` takes."""
        found = dict(self.cleaned_data)
        if "pictures" in found:
            found["pictures"] = found["pictures"].splitlines()
        return found


class FieldsView(Screen, TemplateView):
    """The form "product fields"."""

    permission_required = FIELDS_RIGHT
    template_name = "sync/product_fields.html"
    header_icon = "edit"

    @cached_property
    def product(self) -> Product:
        """The product of the address."""
        found: Product = get_object_or_404(
            Product.objects.select_related("connection", "category"), pk=self.kwargs["pk"]
        )
        return found

    def get_page_title(self) -> str:
        """What it is about."""
        return _("Fields of the product: %(name)s") % {"name": self.product.name}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """By the verb, back to the product."""
        form = ProductFieldsForm(self.product, request.POST)
        if form.is_valid():
            try:
                changed = owning.set_fields(
                    product=self.product, by=_person(request), at=timezone.now(), **form.values()
                )
            except owning.NotOurs as refusal:
                # the owner was changed while the form was open
                raise PermissionDenied from refusal
            except ValidationError as error:
                for field, told in error.message_dict.items():
                    form.add_error(field, told)
            else:
                said = _("Saved.") if changed else _("Nothing has changed.")
                messages.success(request, said)
                return redirect(self.back)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    @property
    def back(self) -> str:
        """The product in its register."""
        return reverse("sync_product_modeladmin_inspect", args=[self.product.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and the fields that are 1C's."""
        context: dict[str, Any] = super().get_context_data(product=self.product, **kwargs)
        context.setdefault("form", ProductFieldsForm(self.product))
        owners = owning.owners_of(self.product.connection)
        context["of_onec"] = [
            owning.label_of(name) for name, owner in owners.items() if owner is Owner.ONEC
        ]
        context["back"] = self.back
        context["may_own"] = self.request.user.has_perm(RIGHT)
        return context


def _hint(owner: Owner) -> str:
    if owner is Owner.FILL:
        return _("Whoever empties it lets 1C fill it with its next message.")
    return ""


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
