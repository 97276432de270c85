"""Rights of those who write about goods: a branch of the catalogue, and pictures for it."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

BRANCH_RIGHTS = ("add_page", "change_page", "publish_page")
UPLOAD_RIGHTS = (
    # Wagtail asks for the rights of its own models, whichever models stand in for them
    ("wagtailimages", "add_image"),
    ("wagtailimages", "change_image"),
    ("wagtailimages", "choose_image"),
    ("wagtaildocs", "add_document"),
    ("wagtaildocs", "change_document"),
    ("wagtaildocs", "choose_document"),
    ("wagtailmedia", "add_media"),
    ("wagtailmedia", "change_media"),
)


@transaction.atomic
def let_edit_branch(*, group: Group, branch: Page) -> None:
    """Let the people of a group enter the admin and write pages in a branch and nowhere else.

    Pictures, files and videos go to a collection named after the group, so that they do not mix
    with those of others. May be called again.
    """
    group.permissions.add(
        Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    )
    for codename in BRANCH_RIGHTS:
        permission = Permission.objects.get(
            content_type__app_label="wagtailcore", codename=codename
        )
        GroupPagePermission.objects.get_or_create(group=group, page=branch, permission=permission)
    collection = _collection(group.name)
    for app, codename in UPLOAD_RIGHTS:
        found = Permission.objects.get(content_type__app_label=app, codename=codename)
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=collection, permission=found
        )


def _collection(name: str) -> Collection:
    root = Collection.get_first_root_node()
    found = root.get_children().filter(name=name).first()
    return found or root.add_child(name=name)
