from __future__ import annotations

import pytest
from django.test import Client

from home.planting import plant_site
from promotions.models import NewsIndexPage, NewsPage
from promotions.views import PER_PAGE
from tests.factories.base import UserFactory


@pytest.fixture
def reader(db: None, client: Client) -> Client:
    plant_site()
    client.force_login(UserFactory())
    return client


def tell(title: str, day: int = 1) -> NewsPage:
    page = NewsPage(title=title, published_on=f"2026-11-{day:02}", body="<p>Подробности</p>")
    NewsIndexPage.objects.get().add_child(instance=page)
    return page


def test_not_signed_in_goes_to_the_sign_in(db: None, client: Client) -> None:
    assert client.get("/news/").status_code == 302


def test_index_without_news_says_so(reader: Client) -> None:
    assert "Новостей пока нет" in reader.get("/news/").content.decode()


def test_index_newest_first_and_in_pages(reader: Client) -> None:
    for day in range(1, PER_PAGE + 2):
        tell(f"Новость номер {day:02}", day)

    first = reader.get("/news/").content.decode()
    second = reader.get("/news/?page=2").content.decode()

    assert first.index(f"номер {PER_PAGE + 1:02}") < first.index(f"номер {PER_PAGE:02}")
    assert "номер 01" not in first
    assert "номер 01" in second


def test_index_draft_is_not_shown(reader: Client) -> None:
    tell("Черновик").unpublish()

    assert "Черновик" not in reader.get("/news/").content.decode()


def test_piece_is_shown_with_others(reader: Client) -> None:
    page = tell("Первая")
    tell("Вторая", 2)

    shown = reader.get(page.url).content.decode()

    assert "Подробности" in shown
    assert "Вторая" in shown
