"""Addresses of the portal. Order matters: plain views stand before the pages of Wagtail."""

from __future__ import annotations

from allauth.account import views as account
from django.conf import settings
from django.urls import include, path, re_path
from django.views.i18n import set_language
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from base.account import own_account
from portal.brand import brand_css
from portal.files import media
from portal.gate import cms_login
from portal.health import healthz, readyz
from portal.styleguide import styleguide
from sync.protocol import api as push

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

# allauth's own list has pages to add addresses and to sign up, which are closed here
accounts = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]


urlpatterns = [
    path("", include("sync.urls")),
    path("api/1c/v1/openapi.json", push.openapi, name="push-document"),
    path("api/1c/v1/docs", push.docs, name="push-docs"),
    path("api/1c/v1/", push.api.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("media/<str:token>/<path:name>", media, name="media"),
    path("brand.css", brand_css, name="brand-css"),
    path("brand/<int:hue>.css", brand_css, name="brand-css"),
    path("language/", set_language, name="set_language"),
    path("accounts/", include(accounts)),
    # these two are password forms of Wagtail's own
    path("cms/login/", cms_login, name="cms-login"),
    path("_util/login/", cms_login),
    # Wagtail asks for a first and a last name, which our people do not have
    path("cms/account/", own_account),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *([path("styleguide/", styleguide, name="styleguide")] if settings.STYLEGUIDE else []),
    path("", include("catalog_pages.urls")),
    path("", include("dealer_area.urls")),
    path("", include("home.urls")),
    path("", include("promotions.urls")),
    path("", include(wagtail_urls)),
]
