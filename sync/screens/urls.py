"""Addresses of the screens of the exchange, below `/cms/exchange/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from sync.screens import absence, board, maps, outbox, owners, schedules, uploads, wizard

app_name = "exchange"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.BoardView.as_view(), name="board"),
    path("schedules/<int:pk>/", schedules.ScheduleView.as_view(), name="schedule"),
    path(
        "schedules/<int:pk>/<slug:action>/",
        schedules.ScheduleActionView.as_view(),
        name="schedule-act",
    ),
    path("bases/<int:pk>/<slug:action>/", schedules.BaseActionView.as_view(), name="base-act"),
    path("outbox/", outbox.OutboxList.as_view(), name="outbox"),
    path("outbox/export/", outbox.OutboxExport.as_view(), name="outbox-export"),
    path("outbox/<int:pk>/", outbox.OutboxOrderScreen.as_view(), name="outbox-order"),
    path("outbox/<int:pk>/xml/", outbox.OutboxXml.as_view(), name="outbox-xml"),
    path("connect/", wizard.ConnectScreen.as_view(), name="connect"),
    path("connect/settings/", wizard.SettingsScreen.as_view(), name="connect-settings"),
    path("connect/<int:pk>/", wizard.ConnectedScreen.as_view(), name="connected"),
    path("connect/<int:pk>/contact/", wizard.ContactFragment.as_view(), name="connected-contact"),
    path("connect/<int:pk>/sheet/", wizard.SheetScreen.as_view(), name="connected-sheet"),
    path("connect/<int:pk>/forget/", wizard.ForgetScreen.as_view(), name="connected-forget"),
    path("connect/<int:pk>/password/", wizard.NewPasswordScreen.as_view(), name="new-password"),
    path("uploads/", uploads.UploadsScreen.as_view(), name="uploads"),
    path("uploads/whole/", uploads.WholeCatalogue.as_view(), name="uploads-whole"),
    path("uploads/<slug:key>/import/", uploads.ImportUpload.as_view(), name="upload-import"),
    path("absences/", absence.AbsencesScreen.as_view(), name="absences"),
    path("absences/<int:pk>/", absence.AbsenceScreen.as_view(), name="absence"),
    path("absences/<int:pk>/decide/", absence.DecideAbsence.as_view(), name="absence-decide"),
    path("maps/", maps.MapsView.as_view(), name="maps"),
    path("maps/<int:base>/<slug:tab>/", maps.MapView.as_view(), name="map"),
    path("owners/", owners.AllOwnersView.as_view(), name="owners"),
    path("owners/<int:base>/", owners.OwnersView.as_view(), name="owners-of"),
    path("goods/<int:pk>/fields/", owners.FieldsView.as_view(), name="product-fields"),
]
