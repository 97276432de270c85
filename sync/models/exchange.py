"""Books of the exchange: who may exchange, what arrived, what became of it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Connection(models.Model):
    """One base of 1C and how it talks to us.

    `field_map` says which property or requisite (by name, any case) fills a field that
    CommerceML does not have: keys `pack_multiple`, `min_quantity`, `brand`, `series`.
    `field_ownership` names the fields of goods that 1C does not simply own (`sync.goods.owning`).
    `password` is a hash of Django's; `odata_password` is sealed by `base.secrets`, because we must
    say it to 1C. `file_limit` is bytes per request, 0 does not split. `allowed_addresses` are
    addresses or networks, one a line; none, and all may come. `responsible` are the e-mail
    addresses that alarms go to. `folder` is relative to `EXCHANGE_DROP_ROOT`.
    """

    class Family(models.TextChoices):
        UT11 = "ut11", _("УТ 11, КА 2, ERP 2")
        UNF = "unf", _("УНФ")
        UT103 = "ut103", _("УТ 10.3, КА 1, УТП")
        BITRIX = "bitrix", _("1C-Bitrix module")
        OTHER = "other", _("another program")

    class PlainOffers(models.TextChoices):
        AUTO = "auto", _("sold where there are no variants")
        ALWAYS = "always", _("always sold")
        NEVER = "never", _("never sold beside goods with variants")

    class Split(models.TextChoices):
        NOT = "", _("one order in 1C")
        VAT = "vat", _("by VAT rate")
        WAREHOUSE = "warehouse", _("by warehouse")
        BOTH = "both", _("by warehouse and VAT rate")

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
    family = models.CharField(
        _("configuration of 1C"), max_length=10, choices=Family, default=Family.OTHER
    )
    schema_version = models.CharField(_("CommerceML version of orders"), max_length=10, blank=True)
    tells_session_key = models.BooleanField(_("tell the session key in the answer"), default=True)
    allowed_addresses = models.TextField(_("allowed addresses"), blank=True)
    plain_offers = models.CharField(
        _("goods without a characteristic beside variants"),
        max_length=10,
        choices=PlainOffers,
        default=PlainOffers.AUTO,
    )
    field_ownership = models.JSONField(_("owners of fields"), default=dict, blank=True)
    absence_limit = models.PositiveSmallIntegerField(
        _("share that a full load may hide, %"), default=10
    )
    auto_import_minutes = models.PositiveSmallIntegerField(
        _("import what 1C left without a word after, minutes"), default=30
    )
    split_orders = models.CharField(
        _("split orders"), max_length=10, choices=Split, default=Split.NOT, blank=True
    )
    unconfirmed_hours = models.PositiveSmallIntegerField(
        _("alarm for orders not confirmed after, hours"),
        default=24,
        validators=[MinValueValidator(1)],
    )
    picture_quota_mb = models.PositiveIntegerField(_("room for pictures, MB"), default=0)
    responsible = models.TextField(_("alarms go to"), blank=True)
    odata_url = models.CharField(_("address of the base"), max_length=300, blank=True)
    odata_user = models.CharField(_("user of OData"), max_length=80, blank=True)
    odata_password = models.TextField(editable=False, blank=True)
    folder = models.CharField(_("folder of files"), max_length=200, blank=True)
    is_paused = models.BooleanField(_("paused"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("1C base")
        verbose_name_plural = _("1C bases")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(unconfirmed_hours__gte=1),
                name="sync_connection_unconfirmed_hours",
            ),
        )

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
    address = models.CharField(_("address"), max_length=45, blank=True)
    client = models.CharField(_("program"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last request"))

    class Meta:
        verbose_name = _("exchange session")
        verbose_name_plural = _("exchange sessions")

    def __str__(self) -> str:
        return f"{self.exchange_type} {self.started_at:%d.%m.%Y %H:%M:%S}"


class ReceivedFile(models.Model):
    """What arrived, as it arrived. Its pk is the receipt number: a later one is a later word of 1C.

    `path` is relative to the exchange folder. A picture is bound by `name` and `sha256`; anything
    else is imported by runs. `session` is that of 1C when it was 1C who called; a push, a pull, a
    file of a folder or of a person has none. A pull is a file of JSON lines, one answer of 1C each.
    """

    class Kind(models.TextChoices):
        CATALOGUE = "catalog", _("catalogue")
        ORDERS = "sale", _("orders")
        PICTURE = "picture", _("picture or file")
        ARCHIVE = "archive", _("archive")
        PUSH = "push", _("pushed records")
        PULL = "pull", _("answers of OData")
        STATEMENT = "bank", _("bank statement")

    class Channel(models.TextChoices):
        EXCHANGE = "exchange", _("exchange")
        PUSH = "push", _("JSON push")
        ODATA = "odata", _("OData")
        FOLDER = "folder", _("folder")
        PERSON = "person", _("uploaded by a person")

    session = models.ForeignKey(
        ExchangeSession, null=True, blank=True, on_delete=models.CASCADE, related_name="files"
    )
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="files")
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel, default=Channel.EXCHANGE
    )
    upload = models.PositiveIntegerField(default=0)
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
        indexes = (models.Index(fields=["connection", "sha256"], name="sync_receivedfile_content"),)

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
    "status": _("statuses of orders"),
    "settlement": _("settlement entries"),
    "balance": _("settlement balances"),
    "payment": _("payments"),
    "price": _("prices"),
    "stock": _("stock"),
    "bank": _("bank statement"),
    "query": _("orders to 1C"),
    "absence": _("goods no longer told"),
    "binding": _("goods bound anew"),
    "exchange": _("request of 1C"),
}
"""Kinds of `Run` in words."""


class Run(models.Model):
    """One import or export of one kind of data, journalled.

    `position` is the ordinal of the last object whose chunk was merged: a run that was cut off
    goes on behind it. `kind` is a key of `KINDS`: "catalog", "sale" or the kind of records
    ingested. `warnings` are the first of the texts that `warning_count` counts: the objects were
    taken all the same. `only` limits a run to objects, [kind, ref] each, when a person tries
    rejected ones again. A rehearsal writes nothing and tells in `differences` what would change:
    [{"kind", "ref", "name", "action", "fields": {field: [old, new]}}]. `products_before` is the
    highest pk of a product when it began: those above it that it wrote are new.
    """

    class Trigger(models.TextChoices):
        ONEC = "onec", _("1C")
        SCHEDULE = "schedule", _("schedule")
        PERSON = "person", _("person")

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
    trigger = models.CharField(
        _("started by"), max_length=10, choices=Trigger, default=Trigger.ONEC
    )
    only = models.JSONField(default=list, blank=True, editable=False)
    is_rehearsal = models.BooleanField(_("dry run"), default=False)
    differences = models.JSONField(default=list, blank=True, editable=False)
    products_before = models.BigIntegerField(null=True, editable=False)
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
    """An object that could not be taken, with the reason and its own XML or JSON.

    `reason_key` is the reason without its particulars, to find others of the same kind by. It
    waits in quarantine until `resolved_at`: tried again with success, told anew by 1C, or put
    aside by a person.
    """

    class Resolution(models.TextChoices):
        OPEN = "", _("waits")
        TAKEN = "taken", _("taken at another try")
        REPLACED = "replaced", _("1C told it anew")
        DISMISSED = "dismissed", _("put aside by a person")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField(_("line"), default=0)
    kind = models.CharField(_("kind"), max_length=30)
    ref = models.CharField(_("identifier in 1C"), max_length=255, blank=True)
    reason = models.TextField(_("reason"))
    reason_key = models.CharField(max_length=120, blank=True, editable=False)
    fragment = models.TextField(_("as it arrived"), blank=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    resolution = models.CharField(
        _("what became of it"),
        max_length=10,
        choices=Resolution,
        default=Resolution.OPEN,
        blank=True,
    )
    resolved_at = models.DateTimeField(_("settled"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("rejected object")
        verbose_name_plural = _("rejected objects")
        indexes = (
            models.Index(fields=["kind", "ref"], name="sync_rejection_object"),
            models.Index(
                fields=["reason_key", "-id"],
                name="sync_rejection_open",
                condition=models.Q(resolved_at=None),
            ),
        )

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
