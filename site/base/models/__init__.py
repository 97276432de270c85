"""Models that everything above builds on."""

from base.models.jobs import JobState
from base.models.media import PortalDocument, PortalImage, Rendition
from base.models.pages import BasePage
from base.models.settings import PortalSettings
from base.models.user import User

__all__ = [
    "BasePage",
    "JobState",
    "PortalDocument",
    "PortalImage",
    "PortalSettings",
    "Rendition",
    "User",
]
