from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from base.models import User
from catalog_pages.advertising import let_edit_branch
from catalog_pages.models import CategoryPage, ProductPage
from catalog_pages.stepping import sync_category_pages
from home.models import HomePage
from tests.factories.base import StaffFactory
from tests.factories.catalog_pages import Shop, make_category, make_product, make_product_page


@pytest.fixture
def writer(shop: Shop) -> User:
    """A person of the advertising group whose branch is the shop's section."""
    sync_category_pages()
    group = Group.objects.create(name="Реклама")
    let_edit_branch(group=group, branch=CategoryPage.objects.get(category=shop.section))
    person: User = StaffFactory()
    person.groups.add(group)
    return person


@pytest.fixture
def admin(writer: User, client: Client) -> Client:
    client.force_login(writer)
    return client


def test_writer_edits_in_the_branch_and_nowhere_else(shop: Shop, writer: User) -> None:
    other = make_category(shop.trade.connection, "Фасады")
    sync_category_pages()

    def rights(page: object) -> tuple[bool, bool, bool]:
        tester = page.permissions_for_user(writer)  # type: ignore[attr-defined]
        return tester.can_edit(), tester.can_publish(), tester.can_add_subpage()

    assert rights(CategoryPage.objects.get(category=shop.section)) == (True, True, True)
    assert rights(CategoryPage.objects.get(category=shop.category)) == (True, True, True)
    assert rights(CategoryPage.objects.get(category=other)) == (False, False, False)
    assert rights(HomePage.objects.get()) == (False, False, False)


def test_writer_makes_and_publishes_a_product_page(shop: Shop, admin: Client) -> None:
    product = make_product(shop.trade.connection, "Петля накладная 110°", shop.category)
    parent = CategoryPage.objects.get(category=shop.category)
    url = reverse("wagtailadmin_pages:add", args=["catalog_pages", "productpage", parent.pk])
    assert admin.get(url).status_code == 200

    response = admin.post(
        url,
        {
            "product": product.pk,
            "title": "",
            "lead": "Закрывается сама",
            "gallery-count": "0",
            "body-count": "1",
            "body-0-deleted": "",
            "body-0-order": "0",
            "body-0-type": "video",
            "body-0-id": "",
            "body-0-value": "https://vimeo.com/76979871",
            "action-publish": "1",
        },
    )

    assert response.status_code == 302, response.content.decode()[:2000]
    page = ProductPage.objects.get()
    assert page.live
    assert page.title == "Петля накладная 110°"
    assert page.url == f"/product/petlya-nakladnaya-110-{product.pk}/"
    assert page.body[0].value == "https://vimeo.com/76979871"


def test_writer_cannot_make_a_page_of_a_product_of_another_branch(
    shop: Shop, admin: Client
) -> None:
    facades = make_category(shop.trade.connection, "Фасады")
    product = make_product(shop.trade.connection, "Фасад", facades)
    parent = CategoryPage.objects.get(category=shop.category)

    response = admin.post(
        reverse("wagtailadmin_pages:add", args=["catalog_pages", "productpage", parent.pk]),
        {"product": product.pk, "title": "", "lead": "", "gallery-count": "0", "body-count": "0"},
    )

    assert response.status_code == 200
    assert "Этот товар относится к другой группе каталога." in response.content.decode()
    assert not ProductPage.objects.exists()


def test_writer_cannot_make_pages_outside(shop: Shop, admin: Client) -> None:
    other = make_category(shop.trade.connection, "Фасады")
    sync_category_pages()
    parent = CategoryPage.objects.get(category=other)

    response = admin.get(
        reverse("wagtailadmin_pages:add", args=["catalog_pages", "productpage", parent.pk])
    )

    assert response.status_code == 302


def test_writer_opens_the_editor_of_category_and_product(shop: Shop, admin: Client) -> None:
    product = make_product(shop.trade.connection, "Петля", shop.category)
    page = make_product_page(product)

    for each in (page, page.get_parent()):
        assert admin.get(reverse("wagtailadmin_pages:edit", args=[each.pk])).status_code == 200


def test_let_edit_branch_again_changes_nothing(shop: Shop, writer: User) -> None:
    group = Group.objects.get(name="Реклама")

    def given() -> tuple[int, int]:
        return (
            GroupPagePermission.objects.filter(group=group).count(),
            GroupCollectionPermission.objects.filter(group=group).count(),
        )

    before = given()
    let_edit_branch(group=group, branch=CategoryPage.objects.get(category=shop.section))

    assert given() == before
    assert Collection.objects.filter(name="Реклама").count() == 1


def test_category_pages_are_not_made_by_hand(shop: Shop, admin: Client) -> None:
    parent = CategoryPage.objects.get(category=shop.section)

    response = admin.get(reverse("wagtailadmin_pages:add_subpage", args=[parent.pk]))

    # the only kind there is a choice of
    assert response["Location"].endswith(f"/catalog_pages/productpage/{parent.pk}/")


def test_pages_of_categories_and_products_have_no_copy(shop: Shop, admin: Client) -> None:
    page = make_product_page(make_product(shop.trade.connection, "Петля", shop.category))

    for each in (page, page.get_parent()):
        response = admin.get(reverse("wagtailadmin_pages:copy", args=[each.pk]))
        assert response.status_code == 302
