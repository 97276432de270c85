"""The home page and plain pages."""

from home.models.home import HomePage, StandardPage

__all__ = ["HomePage", "StandardPage"]
