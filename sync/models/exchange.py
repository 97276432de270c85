"""Books of the exchange: who may exchange, what arrived, what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Connection(models.Model):
    """One base of 1C and how it talks to us.

    `field_map` says which property or requisite (by name, any case) fills a field that
    CommerceML does not have: keys `pack_multiple`, `min_quantity`, `brand`, `series`.
    `password` is a hash of Django's. `file_limit` is bytes per request, 0 does not split.
    """

    name = models.CharField(_("name"), max_length=120)
    user = models.CharField(_("user name for 1C"), max_length=80, unique=True)
    password = models.CharField(_("password"), max_length=200, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    time_zone = models.CharField(_("time zone of 1C"), max_length=60, default="Europe/Moscow")
    use_zip = models.BooleanField(_("ask for archives"), default=False)
    file_limit = models.PositiveIntegerField(_("bytes in one request"), default=10_000_000)
    charset = models.CharField(
        _("encoding of orders"),
        max_length=20,
        choices=[("utf-8", "UTF-8"), ("windows-1251", "Windows-1251")],
        default="utf-8",
    )
    field_map = models.JSONField(_("fields from properties"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("1C base")
        verbose_name_plural = _("1C bases")

    def __str__(self) -> str:
        return self.name


class ExchangeSession(models.Model):
    """A signed-in session of 1C, kept in the database so that a restart does not lose it.

    `key` is the value of the cookie. `upload` counts the uploads that `init` opened: files of an
    earlier upload are never appended to. `version` is the one agreed on in `init`, empty when 1C
    named none there.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=64, unique=True)
    exchange_type = models.CharField(_("type"), max_length=20)
    upload = models.PositiveIntegerField(default=0)
    version = models.CharField(max_length=10, blank=True)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last request"))

    class Meta:
        verbose_name = _("exchange session")
        verbose_name_plural = _("exchange sessions")

    def __str__(self) -> str:
        return f"{self.exchange_type} {self.started_at:%d.%m.%Y %H:%M:%S}"


class ReceivedFile(models.Model):
    """A file as it arrived. Its pk is the receipt number: a later one is a later word of 1C.

    `path` is relative to the exchange folder. A picture is bound by `name` and `sha256`; an
    exchange file is imported by runs.
    """

    class Kind(models.TextChoices):
        CATALOGUE = "catalog", _("catalogue")
        ORDERS = "sale", _("orders")
        PICTURE = "picture", _("picture or file")
        ARCHIVE = "archive", _("archive")

    session = models.ForeignKey(ExchangeSession, on_delete=models.CASCADE, related_name="files")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="files")
    upload = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=500)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    path = models.CharField(max_length=500)
    size = models.BigIntegerField(_("size, bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)

    class Meta:
        verbose_name = _("received file")
        verbose_name_plural = _("received files")
        constraints = (
            models.UniqueConstraint(
                fields=["session", "upload", "name"], name="sync_receivedfile_name_in_upload"
            ),
        )

    def __str__(self) -> str:
        return self.name


KINDS = {
    "catalog": _("catalogue"),
    "sale": _("orders"),
    "partner": _("partners"),
    "counterparty": _("counterparties"),
    "agreement": _("agreements"),
    "contract": _("contracts"),
    "order": _("orders in 1C"),
    "query": _("orders to 1C"),
    "exchange": _("request of 1C"),
}
"""Kinds of `Run` in words."""


class Run(models.Model):
    """One import or export of one kind of data, journalled.

    `position` is the ordinal of the last object whose chunk was merged: a run that was cut off
    goes on behind it. `kind` is "catalog", "sale" or the kind of records ingested. `warnings`
    are the first of the texts that `warning_count` counts: the objects were taken all the same.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    connection = models.ForeignKey(
        Connection, verbose_name=_("1C base"), on_delete=models.CASCADE, related_name="runs"
    )
    file = models.ForeignKey(
        ReceivedFile,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="runs",
    )
    kind = models.CharField(_("kind"), max_length=20)
    title = models.CharField(_("what"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    queued_at = models.DateTimeField(_("queued"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    position = models.BigIntegerField(default=0)
    read_count = models.PositiveIntegerField(_("read"), default=0)
    created_count = models.PositiveIntegerField(_("created"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    parked_count = models.PositiveIntegerField(_("parked"), default=0)
    rejected_count = models.PositiveIntegerField(_("rejected"), default=0)
    warning_count = models.PositiveIntegerField(_("warnings"), default=0)
    warnings = models.JSONField(_("warnings"), default=list, editable=False)
    tells_stock = models.BooleanField(default=False)
    tells_prices = models.BooleanField(default=False)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("exchange run")
        verbose_name_plural = _("exchange runs")
        indexes = (
            models.Index(fields=["state", "queued_at"], name="sync_run_state"),
            models.Index(fields=["connection", "kind", "-finished_at"], name="sync_run_latest"),
        )

    def __str__(self) -> str:
        return f"{KINDS.get(self.kind, self.kind)} {self.title}".strip()


class Rejection(models.Model):
    """An object that could not be taken, with the reason and its own XML."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField(_("line"), default=0)
    kind = models.CharField(_("kind"), max_length=30)
    ref = models.CharField(_("identifier in 1C"), max_length=255, blank=True)
    reason = models.TextField(_("reason"))
    fragment = models.TextField(_("as it arrived"), blank=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("rejected object")
        verbose_name_plural = _("rejected objects")

    def __str__(self) -> str:
        return f"{self.ref}: {self.reason}"


class Parked(models.Model):
    """Offers that came before their product, kept raw and applied when the product comes.

    `element` is the XML of the offer; a later word about the same offer and facet replaces it.
    `facets` is a set of letters: i(dentity), p(rices), s(tock).
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    ref = models.CharField(max_length=255)
    product_ref = models.CharField(max_length=255)
    facets = models.CharField(max_length=3)
    element = models.TextField()
    receipt = models.BigIntegerField(default=0)
    parked_at = models.DateTimeField(_("parked"), auto_now=True)

    class Meta:
        verbose_name = _("parked offer")
        verbose_name_plural = _("parked offers")
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "ref", "facets"], name="sync_parked_offer_facet"
            ),
        )
        indexes = (models.Index(fields=["connection", "product_ref"], name="sync_parked_product"),)

    def __str__(self) -> str:
        return self.ref


class Lease(models.Model):
    """A lock that ends by itself: whoever holds it renews it, a dead holder's runs out."""

    name = models.CharField(max_length=100, unique=True)
    owner = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return self.name


class ChangeBatch(models.Model):
    """A number given out in the merging transaction, under a lock: its order is commit order."""

    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="batches")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("change batch")
        verbose_name_plural = _("change batches")

    def __str__(self) -> str:
        return str(self.pk)
