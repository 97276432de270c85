"""People in Wagtail's own list of users: with our fields, and an address that is theirs."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.db import models, transaction
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views.users import IndexView, UserViewSet

from base.models import User
from base.registers import KeySearch


def own_address(user: User) -> None:
    """Make the address of an account the only one that signs in, and a proven one.

    Staff vouch for it. An address that the account had before does not open it any more.
    """
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )


class _PersonForm:
    """Our fields in place of first and last name."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            self.fields.pop(name, None)

    def clean_email(self) -> str:
        """Addresses are kept in lower case."""
        email: str = self.cleaned_data["email"]  # type: ignore[attr-defined]
        return email.strip().lower()

    def save(self, commit: bool = True) -> User:
        """Save, and let the address sign in."""
        user: User = super().save(commit=commit)  # type: ignore[misc]
        if commit:
            own_address(user)
        return user


class PersonCreationForm(_PersonForm, UserCreationForm):
    """A new person of the supplier."""

    class Meta(UserCreationForm.Meta):
        fields = ("email", "name", "phone", "is_staff", "is_superuser", "groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_staff"].initial = True


class PersonEditForm(_PersonForm, UserEditForm):
    """An existing person."""

    class Meta(UserEditForm.Meta):
        fields = ("email", "name", "phone", "is_staff", "is_active", "is_superuser", "groups")


class PeopleIndex(IndexView):
    """The list of users, searched by address and name in any case."""

    show_other_searches = False
    # who may only look has the register of accounts
    any_permission_required = ("add", "change", "delete")

    @property
    def is_searchable(self) -> bool:
        """Always: by our own keys."""
        return True

    def search_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """By the beginning of the address or a part of the name."""
        if not self.search_query:
            return queryset
        return KeySearch(("email", "~name")).search_queryset(queryset, self.search_query)

    def order_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """By our one name."""
        if self.ordering in {"name", "-name"}:
            return queryset.order_by(self.ordering)
        ordered: models.QuerySet[Any] = super().order_queryset(queryset)
        return ordered


class PeopleViewSet(UserViewSet):
    """Wagtail's users with our forms."""

    index_view_class = PeopleIndex

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm[Any]]:
        """The forms above."""
        return PersonEditForm if for_update else PersonCreationForm
