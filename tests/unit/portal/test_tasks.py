"""Work at fixed times: scheduled pages, old sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from home.planting import plant_site
from portal import tasks
from promotions.models import NewsIndexPage, NewsPage

pytestmark = pytest.mark.django_db


def test_page_is_published_when_its_time_has_come() -> None:
    plant_site()
    index = NewsIndexPage.objects.get()
    soon, later = timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(hours=1)
    for title, at in (("Пора", soon), ("Рано", later)):
        page = NewsPage(title=title, live=False)
        index.add_child(instance=page)
        page.go_live_at = at
        revision = page.save_revision(approved_go_live_at=at)
        assert revision.approved_go_live_at == at

    tasks.publish_scheduled.now()

    assert NewsPage.objects.get(title="Пора").live
    assert not NewsPage.objects.get(title="Рано").live


def test_sessions_that_ran_out_are_removed() -> None:
    now = timezone.now()
    for key, moment in (("old", now - timedelta(days=1)), ("new", now + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=moment)
    tasks.forget_old_sessions.now()
    assert [row.session_key for row in Session.objects.all()] == ["new"]
