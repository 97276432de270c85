"""Pages of news."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from promotions.models import NewsPage

PER_PAGE = 12


@require_safe
def news_index(request: HttpRequest) -> HttpResponse:
    """All news, the newest first."""
    paginator = Paginator(NewsPage.objects.newest(), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    return render(
        request,
        "promotions/news_index.html",
        {"page": page, "pages": paginator.get_elided_page_range(page.number)},
    )
