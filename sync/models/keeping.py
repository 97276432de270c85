"""How the exchange is kept: schedules, alarms, keys of pushing programs, what people decide."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.catalogue import Product
from sync.models.exchange import Connection, Run


class Token(models.Model):
    """A key with which a program in 1C pushes records; only its SHA-256, `digest`, is kept.

    A base may have several at once, so that one is changed for another without a gap.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=120)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("key of a program")
        verbose_name_plural = _("keys of programs")

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """How often one kind of data of a base is to come.

    Where we fetch it (`channel` is "odata" or "folder") the worker does so; where 1C sends it, the
    schedule is what the alarm measures. `period` is minutes. Between `window_from` and
    `window_to`, in the base's time zone, it is due; both empty is the whole day, and a window may
    pass midnight. It is late after `alarm_after` missed times.
    """

    class Kind(models.TextChoices):
        CATALOGUE = "catalogue", _("goods")
        STOCK = "stock", _("stock")
        PRICES = "prices", _("prices")
        COUNTERPARTIES = "counterparties", _("counterparties")
        CONTRACTS = "contracts", _("contracts")
        STATUSES = "statuses", _("statuses of orders")
        SETTLEMENTS = "settlements", _("settlements")
        PAYMENTS = "payments", _("payments")

    class Channel(models.TextChoices):
        PUSH = "push", _("1C sends it")
        ODATA = "odata", _("the portal fetches it (OData)")
        FOLDER = "folder", _("the portal reads a folder")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="schedules")
    kind = models.CharField(_("kind of data"), max_length=20, choices=Kind)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PUSH)
    period = models.PositiveIntegerField(_("every, minutes"), default=60)
    window_from = models.TimeField(_("from"), null=True, blank=True)
    window_to = models.TimeField(_("to"), null=True, blank=True)
    is_on = models.BooleanField(_("on"), default=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    alarm_after = models.PositiveSmallIntegerField(_("alarm after missed times"), default=3)
    next_at = models.DateTimeField(_("next"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        constraints = (
            models.UniqueConstraint(fields=["connection", "kind"], name="sync_schedule_kind"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.connection}"


class Alarm(models.Model):
    """Something that a person must see to: told once, and once more when it is over.

    `code` is what kind of thing ("late", "unconfirmed", "repeats", "absence", "quota", "failed"),
    `key` which one of them (a kind of data, an order's number); one of a pair is open at a time.
    """

    class Level(models.TextChoices):
        AMBER = "amber", _("attention")
        RED = "red", _("alarm")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="alarms")
    code = models.CharField(max_length=30)
    key = models.CharField(max_length=200, blank=True)
    level = models.CharField(_("level"), max_length=5, choices=Level)
    text = models.TextField(_("what"))
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("over"), null=True, blank=True)
    told_at = models.DateTimeField(null=True, editable=False)
    told_over_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = (
            models.UniqueConstraint(
                fields=["connection", "code", "key"],
                condition=models.Q(closed_at=None),
                name="sync_alarm_one_open",
            ),
        )

    def __str__(self) -> str:
        return self.text


class Version(models.Model):
    """The versions of an object of 1C that were taken: the same again is nothing new.

    `versions` are the last of them as 1C wrote them (`ВерсияДанных`), the newest at the end.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=255)
    versions = models.JSONField(default=list)

    class Meta:
        verbose_name = _("version of an object")
        verbose_name_plural = _("versions of objects")
        constraints = (
            models.UniqueConstraint(fields=["connection", "kind", "ref"], name="sync_version_ref"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Alias(models.Model):
    """A word of 1C and what the portal takes it for: units and currencies.

    A word that the portal does not know comes here by itself, with an empty `means`, and is used
    as it is until somebody says what it means. `is_pending`: goods have still to be re-worded.
    """

    class Kind(models.TextChoices):
        UNIT = "unit", _("unit")
        CURRENCY = "currency", _("currency")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="aliases")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    told = models.CharField(_("in 1C"), max_length=100)
    means = models.CharField(_("in the portal"), max_length=100, blank=True)
    is_pending = models.BooleanField(default=False, editable=False)
    seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("word of 1C")
        verbose_name_plural = _("words of 1C")
        constraints = (
            models.UniqueConstraint(fields=["connection", "kind", "told"], name="sync_alias_told"),
        )

    def __str__(self) -> str:
        return self.told


class Absence(models.Model):
    """Goods that an explicit full load did not tell of any more, and what is done about it.

    Up to the share that the base allows they are hidden at once; above it a person decides.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("a person decides")
        HIDDEN = "hidden", _("hidden")
        KEPT = "kept", _("left as they are")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="absences")
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    known_count = models.PositiveIntegerField(_("goods in the portal"), default=0)
    absent_count = models.PositiveIntegerField(_("goods not told"), default=0)
    found_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    products = models.ManyToManyField(Product, related_name="+", editable=False)

    class Meta:
        verbose_name = _("goods no longer told")
        verbose_name_plural = _("goods no longer told")

    def __str__(self) -> str:
        return f"{self.absent_count} / {self.known_count}"


class Twin(models.Model):
    """A new product of 1C that looks like one the portal has under another identifier.

    `whys` are the signs that speak for it; `is_sure` says that they leave little doubt. Bound,
    `new` is what came in its stead, archived, and `dead_ref` is the identifier that `old` had:
    told once more, it is known to be that product.
    """

    class Why(models.TextChoices):
        BARCODE = "barcode", _("barcode")
        SKU = "sku", _("article")
        NAME = "name", _("name")

    class State(models.TextChoices):
        WAITING = "waiting", _("a person decides")
        BOUND = "bound", _("bound: one product")
        APART = "apart", _("two products")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    old = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    new = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    whys = models.JSONField(default=list)
    is_sure = models.BooleanField(default=False, editable=False)
    dead_ref = models.CharField(max_length=255, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    found_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("likely twin")
        verbose_name_plural = _("likely twins")
        constraints = (models.UniqueConstraint(fields=["old", "new"], name="sync_twin_pair"),)

    def __str__(self) -> str:
        return f"{self.old} = {self.new}"
