"""Groups of the supplier's people and what each may do in the admin (PRODUCT, The people).

Groups are made once; what an administrator changes in them afterwards stays. Rights on pages are
given by branch, where the pages are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Task,
    Workflow,
)


class GroupName(StrEnum):
    """Names of the groups, as people read them in the admin."""

    ADVERTISING = "Реклама"
    EDITORS = "Редакторы"
    PUBLISHERS = "Выпускающие редакторы"
    CATALOGUE = "Каталог"
    SALES = "Продажи"
    HEAD_OF_SALES = "Руководитель продаж"
    FINANCE = "Финансы"
    INTEGRATION = "Интеграция"


ADMIN = ("wagtailadmin.access_admin",)
GOODS = (
    "sync.view_product",
    "sync.view_offer",
    "sync.view_category",
    "sync.view_property",
    "sync.view_offerstock",
)
TERMS = (
    "sync.view_offerprices",
    "sync.view_pricetype",
    "sync.view_warehouse",
    "sync.view_partner",
    "sync.view_counterparty",
    "sync.view_agreement",
    "sync.view_contract",
    "sync.view_organisation",
)
MONEY = (
    "sync.view_settlementbalance",
    "sync.view_settlemententry",
    "sync.view_payment",
)
DEALERS = (
    "base.view_user",
    "dealer_area.view_dealer",
    "dealer_area.view_membership",
    "dealer_area.view_invitation",
    "dealer_area.view_order",
)
SELLING = (
    *ADMIN,
    *GOODS,
    *TERMS,
    *DEALERS,
    "dealer_area.add_dealer",
    "dealer_area.change_dealer",
    "dealer_area.change_membership",
    "dealer_area.add_invitation",
)
RIGHTS: Mapping[GroupName, tuple[str, ...]] = {
    GroupName.ADVERTISING: ADMIN,
    GroupName.EDITORS: ADMIN,
    GroupName.PUBLISHERS: ADMIN,
    GroupName.CATALOGUE: (*ADMIN, *GOODS, "sync.change_product"),
    GroupName.SALES: SELLING,
    GroupName.HEAD_OF_SALES: (
        *SELLING,
        "dealer_area.view_statusmap",
        "dealer_area.add_statusmap",
        "dealer_area.change_statusmap",
        "sync.change_pricetype",
        "sync.view_outboxorder",
        "sync.change_outboxorder",
    ),
    GroupName.FINANCE: (
        *ADMIN,
        *TERMS,
        *MONEY,
        "sync.add_payment",
        "dealer_area.view_dealer",
        "dealer_area.view_order",
    ),
    GroupName.INTEGRATION: (
        *ADMIN,
        *GOODS,
        *TERMS,
        *MONEY,
        "sync.add_payment",
        "sync.view_token",
        "sync.add_token",
        "sync.change_token",
        "sync.change_product",
        "sync.change_pricetype",
        "sync.change_warehouse",
        "sync.change_alias",
        "sync.view_run",
        "sync.change_run",
        "sync.view_receivedfile",
        "sync.view_rejection",
        "sync.change_rejection",
        "sync.view_parked",
        "sync.view_outboxorder",
        "sync.change_outboxorder",
        "sync.view_remoteorder",
        "sync.view_connection",
        "sync.add_connection",
        "sync.change_connection",
        "sync.view_schedule",
        "sync.change_schedule",
        "dealer_area.view_statusmap",
        "dealer_area.add_statusmap",
        "dealer_area.change_statusmap",
    ),
}
"""What each group starts with."""

WITH_MEDIA = (GroupName.EDITORS, GroupName.PUBLISHERS, GroupName.CATALOGUE)
"""Groups that use and add pictures, files and videos anywhere."""

MEDIA = (
    # Wagtail asks for the rights of its own models, whichever models stand in for them
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtailimages.choose_image",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
    "wagtaildocs.choose_document",
    "wagtailmedia.add_media",
    "wagtailmedia.change_media",
)
WAGTAILS_OWN = {"Editors": GroupName.EDITORS, "Moderators": GroupName.PUBLISHERS}
"""Groups that Wagtail makes, and what they are here."""
ROOT_TITLE = "Корень"
WORKFLOW_NAME = "Проверка перед публикацией"


@transaction.atomic
def ensure_groups() -> dict[GroupName, Group]:
    """Make the groups that are missing, with their rights. May be called at every start."""
    _adopt()
    found = {}
    for name, rights in RIGHTS.items():
        group, is_new = Group.objects.get_or_create(name=name.value)
        if is_new or not group.permissions.filter(content_type__app_label="wagtailadmin").exists():
            give(group, rights)
            if name in WITH_MEDIA:
                give_media(group, Collection.get_first_root_node())
        found[name] = group
    return found


def _adopt() -> None:
    """Take Wagtail's groups over under our names, and its workflow in Russian."""
    for theirs, ours in WAGTAILS_OWN.items():
        group = Group.objects.filter(name=theirs).first()
        if group is None or Group.objects.filter(name=ours.value).exists():
            continue
        group.name = ours.value
        group.save(update_fields=["name"])
        group.permissions.clear()
        if ours is GroupName.EDITORS:
            # they are given the branches they write in, not the whole tree
            GroupPagePermission.objects.filter(group=group).delete()
    Page.objects.filter(depth=1, title="Root").update(title=ROOT_TITLE, draft_title=ROOT_TITLE)
    Collection.objects.filter(depth=1, name="Root").update(name=ROOT_TITLE)
    Workflow.objects.filter(name="Moderators approval").update(name=WORKFLOW_NAME)
    Task.objects.filter(name="Moderators approval").update(name=WORKFLOW_NAME)


def give(group: Group, rights: Iterable[str]) -> None:
    """Add rights, written as "app.codename"; those that the group has stay."""
    group.permissions.add(*(permission(right) for right in rights))


def give_media(group: Group, collection: Collection) -> None:
    """Let the people of a group use and add pictures, files and videos of a collection."""
    for right in MEDIA:
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=collection, permission=permission(right)
        )


def permission(right: str) -> Permission:
    """The permission behind "app.codename"."""
    app, codename = right.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)
