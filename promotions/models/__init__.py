"""News; promotions, contests and newsletters come here."""

from promotions.models.news import NewsIndexPage, NewsPage

__all__ = ["NewsIndexPage", "NewsPage"]
