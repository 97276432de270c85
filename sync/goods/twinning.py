"""Likely twins: new goods of 1C that the portal has under another identifier.

After a run that made products each new one is compared with the older ones of its base by barcode,
article and name. A sign counts only where it is the only one of its kind on either side. An old
product that 1C still tells beside the new one is another product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from sync.goods import rebinding
from sync.models import Product, ReceivedFile, Run, Twin
from sync.onec import commerceml
from sync.onec.commerceml import BadFile

FOUND = 100_000
"""Pairs that one sign may find."""
ROWS = 500
FILES = 20
"""Files of one upload that are looked through for what 1C still tells."""

_SIGNS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("barcode",), "barcode", "barcode <> ''"),
    (("sku", "name"), "sku_key || ' ' || name_key", "sku_key <> '' AND name_key <> ''"),
    (("sku",), "sku_key", "sku_key <> ''"),
    (("name",), "name_key", "name_key <> ''"),
)
"""What speaks for a pair, its SQL, and when there is such a sign."""
_WEIGHTS = {"barcode": 4, "sku": 2, "name": 1}

_PAIRS = """
    SELECT n.id, o.id
    FROM (
        SELECT MIN(id) AS id, {sign} AS sign FROM sync_product
        WHERE connection_id = %(base)s AND id > %(before)s AND NOT archived AND {has}
        GROUP BY {sign} HAVING COUNT(*) = 1
    ) n JOIN (
        SELECT MIN(id) AS id, {sign} AS sign FROM sync_product
        WHERE connection_id = %(base)s AND id <= %(before)s AND {has} AND {sign} IN (
            SELECT {sign} FROM sync_product
            WHERE connection_id = %(base)s AND id > %(before)s AND NOT archived AND {has}
        ) AND NOT EXISTS (
            SELECT 1 FROM sync_twin w WHERE w.new_id = sync_product.id AND w.state = 'bound'
        )
        GROUP BY {sign} HAVING COUNT(*) = 1
    ) o ON o.sign = n.sign
    ORDER BY n.id
    LIMIT %(limit)s
"""
_REMEMBERED = """
    SELECT n.id, w.old_id
    FROM sync_twin w
    JOIN sync_product n ON n.connection_id = w.connection_id AND n.ref = w.dead_ref
    WHERE w.connection_id = %(base)s AND w.state = 'bound' AND w.dead_ref <> ''
        AND n.id > %(before)s AND n.id <> w.old_id
    ORDER BY w.id
"""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A new product and the old one it may be."""

    new_id: int
    old_id: int
    whys: tuple[str, ...]
    is_sure: bool
    is_known: bool = False

    @property
    def weight(self) -> int:
        return 100 if self.is_known else sum(_WEIGHTS[why] for why in self.whys)


def begin(run: Run) -> None:
    """Note, before a run of goods, which products are there: those above are its new ones."""
    if run.kind == ReceivedFile.Kind.CATALOGUE and run.products_before is None:
        run.products_before = Product.objects.aggregate(pk=Max("pk"))["pk"] or 0


def find_twins(run: Run, *, beat: Callable[[], None] = lambda: None) -> int:
    """After a run of goods: keep the likely twins of its new products; how many there are.

    Pairs of which 1C still tells the old one are dropped, also those found before. An identifier
    that a bound product had before is bound at once. Can be repeated.
    """
    if run.kind != ReceivedFile.Kind.CATALOGUE or run.is_rehearsal or run.products_before is None:
        return 0
    waiting = Twin.objects.filter(connection_id=run.connection_id, state=Twin.State.WAITING)
    pairs: list[_Pair] = []
    olds = Product.objects.filter(connection_id=run.connection_id, pk__lte=run.products_before)
    if run.created_count and olds.exists():
        pairs = _likely(run)
    if not pairs and not waiting.exists():
        return 0
    beat()
    pairs = _without_told(run, pairs, waiting, beat)
    known = [pair for pair in pairs if pair.is_known]
    _keep(run, pairs)
    if known:
        ids = Twin.objects.filter(
            new_id__in=[pair.new_id for pair in known], state=Twin.State.WAITING, dead_ref=""
        )
        for portion in _portions(list(ids.values_list("pk", flat=True)), rebinding.PORTION):
            rebinding.bind(twin_ids=portion, run=run, by=None, at=timezone.now())
            beat()
    count = waiting.count()
    rebinding.tell(run.connection, at=timezone.now())
    return count


def _likely(run: Run) -> list[_Pair]:
    """The best old product for each new one, and the best new one for each old."""
    params = {"base": run.connection_id, "before": run.products_before, "limit": FOUND}
    whys: dict[tuple[int, int], set[str]] = {}
    with _by_hashing(), database.cursor() as cursor:
        cursor.execute(_REMEMBERED, params)
        known = list(cursor.fetchall())
        for names, sign, has in _SIGNS:
            cursor.execute(_PAIRS.format(sign=sign, has=has), params)
            for new, old in cursor.fetchall():
                whys.setdefault((new, old), set()).update(names)
    checked = _consistent(whys)
    found = [_Pair(new, old, (), is_sure=True, is_known=True) for new, old in known]
    found += [
        _Pair(new, old, tuple(name for name in _WEIGHTS if name in signs), is_sure)
        for (new, old), (signs, is_sure) in checked.items()
    ]
    best: list[_Pair] = []
    taken: set[int] = set()
    for pair in sorted(found, key=lambda each: (-each.weight, each.new_id, each.old_id)):
        if taken.isdisjoint({pair.new_id, pair.old_id}):
            best.append(pair)
            taken |= {pair.new_id, pair.old_id}
    return best


@contextmanager
def _by_hashing() -> Iterator[None]:
    """PostgreSQL knows nothing yet of rows just made: it would look each new one up among all."""
    if database.vendor != "postgresql":
        # here an open transaction would keep others from writing
        yield
        return
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute("SET LOCAL enable_nestloop = off")
            cursor.execute("SET LOCAL jit = off")
        yield


def _consistent(
    whys: dict[tuple[int, int], set[str]],
) -> dict[tuple[int, int], tuple[set[str], bool]]:
    """Pairs with all the signs they share, and whether these leave little doubt.

    Sure is a barcode, or article and name with no other barcode. What only shares a name and
    differs in article or barcode is left out.
    """
    kept: dict[tuple[int, int], tuple[set[str], bool]] = {}
    for portion in _portions(list(whys), ROWS):
        rows = {
            pk: rest
            for pk, *rest in Product.objects.filter(
                pk__in={pk for pair in portion for pk in pair}
            ).values_list("pk", "barcode", "sku_key", "name_key")
        }
        for pair in portion:
            new, old = (rows.get(pk, ["", "", ""]) for pk in pair)
            shared = {
                name
                for name, one, other in zip(("barcode", "sku", "name"), new, old, strict=True)
                if one and one == other
            }
            differ = [bool(a and b and a != b) for a, b in zip(new[:2], old[:2], strict=True)]
            if shared - {"name"} or (shared and not any(differ)):
                is_sure = "barcode" in shared or ({"sku", "name"} <= shared and not differ[0])
                kept[pair] = shared, is_sure
    return kept


def _without_told(
    run: Run, pairs: list[_Pair], waiting: QuerySet[Twin], beat: Callable[[], None]
) -> list[_Pair]:
    """Drop pairs whose old product 1C still tells: it has both, so they are two."""
    olds = set(waiting.filter(old__archived=False).values_list("old_id", "old__ref"))
    for portion in _portions([pair.old_id for pair in pairs], ROWS):
        olds |= set(Product.objects.filter(pk__in=portion, archived=False).values_list("pk", "ref"))
    by_ref = {ref: pk for pk, ref in olds}
    told = {by_ref[ref] for ref in _told_refs(run, beat) if ref in by_ref} if by_ref else set()
    waiting.filter(old_id__in=told).delete()
    return [pair for pair in pairs if pair.old_id not in told]


def _told_refs(run: Run, beat: Callable[[], None]) -> Iterable[str]:
    """Identifiers of the goods in the run's file and in others of the same upload."""
    if run.file is None:
        return
    files = [run.file]
    if run.file.session_id is not None:
        files += ReceivedFile.objects.filter(
            session_id=run.file.session_id,
            upload=run.file.upload,
            kind=run.file.kind,
            removed_at=None,
        ).exclude(pk=run.file.pk)[:FILES]
    for file in files:
        path = Path(settings.EXCHANGE_ROOT) / file.path
        if not file.path or not path.is_file():
            continue
        try:
            for items in commerceml.read(path, encoding=commerceml.survey(path, beat=beat)):
                for item in items:
                    if item.kind == "product":
                        yield item.ids()[1]
                beat()
        except (BadFile, OSError):
            # what could not be read of it is its own run's affair
            continue


def _keep(run: Run, pairs: Sequence[_Pair]) -> None:
    at = timezone.now()
    for portion in _portions(pairs, ROWS):
        Twin.objects.bulk_create(
            [
                Twin(
                    connection_id=run.connection_id,
                    old_id=pair.old_id,
                    new_id=pair.new_id,
                    whys=list(pair.whys),
                    is_sure=pair.is_sure,
                    found_at=at,
                )
                for pair in portion
            ],
            ignore_conflicts=True,
        )


def _portions(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
