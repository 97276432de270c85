"""Rights of those who write about goods: a branch of the catalogue, and pictures for it."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.models import Collection, GroupPagePermission, Page

from dealer_area.roles import ADMIN, give, give_media, permission

BRANCH_RIGHTS = (
    "wagtailcore.add_page",
    "wagtailcore.change_page",
    "wagtailcore.publish_page",
)


@transaction.atomic
def let_edit_branch(*, group: Group, branch: Page) -> None:
    """Let the people of a group enter the admin and write pages in a branch and nowhere else.

    Pictures, files and videos go to a collection named after the group, so that they do not mix
    with those of others. May be called again.
    """
    give(group, ADMIN)
    for right in BRANCH_RIGHTS:
        GroupPagePermission.objects.get_or_create(
            group=group, page=branch, permission=permission(right)
        )
    give_media(group, _collection(group.name))


def _collection(name: str) -> Collection:
    root = Collection.get_first_root_node()
    found = root.get_children().filter(name=name).first()
    return found or root.add_child(name=name)
