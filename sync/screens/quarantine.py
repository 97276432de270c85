"""Quarantine: objects that could not be taken, and offers that wait for their product."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View
from lxml import etree
from wagtail.admin import messages

from base.figures import NOTHING
from base.registers import moment_words
from sync.models import Parked, Rejection, Run
from sync.runs import quarantine, replaying
from sync.runs.quarantine import Wanted
from sync.runs.rehearsing import name_in
from sync.screens import remedies
from sync.screens.base import Screen
from sync.screens.lists import ListView, bases, day, page_of, phrase, spreadsheet, whole
from sync.screens.spans import ago_words
from sync.tasks import QUEUE

VIEW = "sync.view_rejection"
CHANGE = "sync.change_rejection"
VIEW_PARKED = "sync.view_parked"
FACETS = {
    "i": gettext_lazy("description"),
    "p": gettext_lazy("prices"),
    "s": gettext_lazy("stock"),
}
STATES = (
    ("", gettext_lazy("not settled yet")),
    (quarantine.SETTLED, gettext_lazy("settled")),
    (quarantine.ALL, gettext_lazy("all of them")),
)


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """What an address asks for."""
    return Wanted(
        words=phrase(query.get("q"), 100),
        base=whole(query.get("base")),
        kind=phrase(query.get("kind"), 30),
        reason=phrase(query.get("reason"), 120),
        run=whole(query.get("run")),
        since=day(query.get("since")),
        until=day(query.get("until"), after=True),
        state=query.get("state", ""),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A refused object in words."""

    row: Rejection
    kind: str
    name: str


def row_of(row: Rejection) -> Row:
    """A refused object in words; its name is taken out of what arrived."""
    return Row(row, quarantine.kind_words(row.kind), name_in(row.fragment))


def has_filter(query: Mapping[str, str]) -> bool:
    """Whether an address asks for less than everything that waits."""
    return any(value for name, value in query.items() if name not in {"p", "all"})


def tabs(user: Any) -> list[tuple[str, str, str, int | str]]:
    """Name, address, words and count of each list that the person may see."""
    found: list[tuple[str, str, str, int | str]] = []
    if user.has_perm(VIEW):
        count = Rejection.objects.filter(resolved_at=None)[:10_001].count()
        shown = "10 000+" if count > 10_000 else count
        found.append(("refused", reverse("exchange:quarantine"), _("Refused objects"), shown))
    if user.has_perm(VIEW_PARKED):
        count = Parked.objects.all()[:10_001].count()
        shown = "10 000+" if count > 10_000 else count
        found.append(("parked", reverse("exchange:parked"), _("Waiting for their product"), shown))
    return found


class QuarantineView(ListView):
    """Objects that could not be taken."""

    permission_required = VIEW
    page_title = gettext_lazy("Quarantine")
    header_icon = "warning"
    template_name = "sync/quarantine.html"
    sticky = "exchange-quarantine"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of them, kinds of reasons with their counts, and what is being tried."""
        query = self.request.GET
        wanted = wanted_of(query)
        # of any reason first: the groups say what there is beside the chosen one
        found = quarantine.find(replace(wanted, reason=""))
        if wanted.words:
            found = quarantine.narrowed(found)
        chosen = found.filter(reason_key=wanted.reason) if wanted.reason else found
        page = page_of(chosen.select_related("run__connection"), query.get("p"))
        return super().get_context_data(
            tabs=tabs(self.request.user),
            tab="refused",
            page=page,
            pages=page.paginator.get_elided_page_range(page.number),
            rows=[row_of(row) for row in page.object_list],
            reasons=quarantine.reasons(found),
            reason_words=capfirst(quarantine.Reason(wanted.reason, 0).words),
            remedy=remedies.remedy(wanted.reason) if wanted.reason else "",
            chosen=query,
            is_filtered=has_filter(query),
            bases=bases(),
            kinds=[(kind, capfirst(words)) for kind, words in quarantine.kinds()],
            states=STATES,
            tries=_tries(),
            may_change=self.request.user.has_perm(CHANGE),
            **kwargs,
        )


def _tries() -> dict[str, Any]:
    """The last tries, for `_tries.html`; nothing where the last one is long over."""
    runs = quarantine.tries()
    fresh = timezone.now() - timedelta(hours=1)
    shown = [run for run in runs if run.finished_at is None or run.finished_at > fresh]
    return {
        "runs": [
            (run, len(run.only), max(0, run.read_count - run.rejected_count)) for run in shown
        ],
        "is_open": any(run.finished_at is None for run in shown),
    }


class TriesView(Screen, TemplateView):
    """How far the tries are, for the page that waits."""

    permission_required = VIEW
    template_name = "sync/_tries.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The last tries."""
        return {"tries": _tries(), **kwargs}


class QuarantineActView(Screen, View):
    """Trying objects again, or putting them aside: chosen ones, or all that a filter finds."""

    permission_required = CHANGE

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, then back to the list as it was."""
        query = request.POST.get("query", "")
        rows = self._rows(request)
        if rows is None:
            messages.warning(request, _("Nothing was chosen."))
        elif request.POST.get("action") == "aside":
            count = quarantine.put_aside(rejections=rows, by=_user(request), at=timezone.now())
            words = ngettext("Put aside: %(count)s object", "Put aside: %(count)s objects", count)
            messages.success(request, words % {"count": count})
        else:
            self._try(request, rows)
        target = reverse("exchange:quarantine")
        return HttpResponseRedirect(f"{target}?{query}" if query else f"{target}?all=1")

    def _rows(self, request: HttpRequest) -> QuerySet[Rejection] | None:
        if "all" in request.POST:
            return quarantine.find(wanted_of(QueryDict(request.POST.get("query", ""))))
        chosen = [pk for text in request.POST.getlist("object") if (pk := whole(text))]
        return Rejection.objects.filter(pk__in=chosen) if chosen else None

    def _try(self, request: HttpRequest, rows: QuerySet[Rejection]) -> None:
        tried = quarantine.try_again(
            rejections=rows, by=_user(request), at=timezone.now(), queue=QUEUE
        )
        if tried.objects:
            words = ngettext(
                "%(count)s object is being tried again",
                "%(count)s objects are being tried again",
                tried.objects,
            )
            messages.success(request, words % {"count": tried.objects})
        if tried.waiting:
            words = ngettext(
                "%(count)s object is being tried already",
                "%(count)s objects are being tried already",
                tried.waiting,
            )
            messages.info(request, words % {"count": tried.waiting})
        if tried.left:
            words = _("%(count)s more are left for the next time: press once more.")
            messages.info(request, words % {"count": tried.left})
        if tried.gone:
            words = ngettext(
                "%(count)s object cannot be tried again: its file is no longer there. 1C has to"
                " send it anew.",
                "%(count)s objects cannot be tried again: their files are no longer there. 1C has"
                " to send them anew.",
                tried.gone,
            )
            messages.warning(request, words % {"count": tried.gone})
        if not (tried.objects or tried.gone or tried.left or tried.waiting):
            messages.info(request, _("None of these waits any more."))


def _user(request: HttpRequest) -> Any:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


class QuarantineExport(Screen, View):
    """Refused objects as a spreadsheet, as the filters have them, with what arrived."""

    permission_required = VIEW

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """All that were found."""
        headings = [
            _("when"),
            _("1C base"),
            _("file"),
            _("line"),
            _("kind"),
            _("identifier in 1C"),
            _("name"),
            _("reason"),
            _("what to do"),
            _("what became of it"),
            _("as it arrived"),
        ]
        rows = quarantine.find(wanted_of(request.GET))
        return spreadsheet("quarantine.csv", headings, _exported(rows))


def _exported(rows: QuerySet[Rejection]) -> Iterator[Sequence[object]]:
    for row in quarantine.rows_of(rows):
        told = row_of(row)
        yield (
            moment_words(row.at),
            row.run.connection.name,
            row.run.file.name if row.run.file is not None else row.run.title,
            row.line or "",
            told.kind,
            row.ref,
            told.name,
            row.reason,
            remedies.remedy(row.reason_key),
            row.get_resolution_display(),
            row.fragment,
        )


class RejectionView(Screen, TemplateView):
    """One refused object: why, what to do, and what arrived."""

    permission_required = VIEW
    header_icon = "warning"
    template_name = "sync/rejection.html"

    def get_page_title(self) -> str:
        """The object."""
        told = row_of(self.row)
        return told.name or self.row.ref or capfirst(told.kind)

    @property
    def row(self) -> Rejection:
        """The object of the address."""
        if not hasattr(self, "_row"):
            found = Rejection.objects.select_related("run__connection", "run__file", "resolved_by")
            self._row: Rejection = get_object_or_404(found, pk=self.kwargs["pk"])
        return self._row

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the quarantine."""
        return ((reverse("exchange:quarantine"), _("Quarantine")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All of it."""
        row = self.row
        alike = Rejection.objects.filter(reason_key=row.reason_key, resolved_at=None)
        return super().get_context_data(
            row=row,
            told=row_of(row),
            remedy=remedies.remedy(row.reason_key),
            shown=readable(row.fragment),
            alike=alike.exclude(pk=row.pk)[:10_001].count(),
            others=Rejection.objects.filter(kind=row.kind, ref=row.ref)
            .exclude(ref="")
            .exclude(pk=row.pk)
            .filter(run__connection=row.run.connection)
            .order_by("-pk")[:10],
            can_try=row.resolved_at is None and replaying.can_replay(row.run.file),
            may_change=self.request.user.has_perm(CHANGE),
            may_see_run=self.request.user.has_perm("sync.view_run"),
            may_download=self.request.user.has_perm("sync.view_receivedfile"),
            tries=_tries(),
            **kwargs,
        )


def readable(fragment: str) -> list[tuple[int, str]]:
    """XML or JSON with its parts on lines of their own, numbered; what is neither stays."""
    text = fragment.strip()
    if text.startswith("<"):
        # a long object was cut: what is left is shown as far as it goes
        parser = etree.XMLParser(
            recover=True, resolve_entities=False, no_network=True, remove_blank_text=True
        )
        root = etree.fromstring(text.encode(), parser)
        if root is not None:
            etree.indent(root)
            text = etree.tostring(root, encoding="unicode")
    elif text.startswith(("{", "[")):
        with suppress(ValueError):
            text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return list(enumerate(text.splitlines(), start=1))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An offer that waits for its product, in words."""

    row: Parked
    name: str
    age: str
    facets: str


def waiting_of(row: Parked) -> Waiting:
    """Its name is taken out of what arrived."""
    return Waiting(
        row,
        name=name_in(row.element),
        age=ago_words(timezone.now() - row.parked_at),
        facets=", ".join(str(FACETS[letter]) for letter in row.facets if letter in FACETS),
    )


class ParkedView(ListView):
    """Offers that came before their product."""

    permission_required = VIEW_PARKED
    page_title = gettext_lazy("Quarantine")
    header_icon = "warning"
    template_name = "sync/parked.html"
    sticky = "exchange-parked"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of them."""
        query = self.request.GET
        page = page_of(_parked(query).select_related("connection"), query.get("p"))
        return super().get_context_data(
            tabs=tabs(self.request.user),
            tab="parked",
            page=page,
            pages=page.paginator.get_elided_page_range(page.number),
            rows=[waiting_of(row) for row in page.object_list],
            chosen=query,
            is_filtered=has_filter(query),
            bases=bases(),
            may_change=self.request.user.has_perm(CHANGE),
            **kwargs,
        )


def _parked(query: Mapping[str, str]) -> QuerySet[Parked]:
    return quarantine.waiting_offers(
        words=phrase(query.get("q"), 100), base=whole(query.get("base"))
    )


class ParkedActView(Screen, View):
    """Forgetting offers that wait for their product."""

    permission_required = CHANGE

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, then back to the list."""
        query = request.POST.get("query", "")
        chosen = [pk for text in request.POST.getlist("object") if (pk := whole(text))]
        if "all" in request.POST:
            rows = _parked(QueryDict(query))
        elif chosen:
            rows = Parked.objects.filter(pk__in=chosen)
        else:
            messages.warning(request, _("Nothing was chosen."))
            return redirect("exchange:parked")
        count = quarantine.forget(parked=rows, by=_user(request), at=timezone.now())
        words = ngettext("Forgotten: %(count)s offer", "Forgotten: %(count)s offers", count)
        messages.success(request, words % {"count": count})
        return HttpResponseRedirect(f"{reverse('exchange:parked')}?{query or 'all=1'}")


class ParkedExport(Screen, View):
    """Offers that wait for their product as a spreadsheet."""

    permission_required = VIEW_PARKED

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """All that were found."""
        headings = [
            _("since"),
            _("1C base"),
            _("offer"),
            _("product"),
            _("name"),
            _("what came"),
            _("as it arrived"),
        ]
        return spreadsheet("waiting-offers.csv", headings, _waiting(_parked(request.GET)))


def _waiting(found: QuerySet[Parked]) -> Iterator[Sequence[object]]:
    last: int | None = None
    found = found.select_related("connection")
    while rows := list((found if last is None else found.filter(pk__lt=last))[:1000]):
        last = rows[-1].pk
        for row in rows:
            told = waiting_of(row)
            yield (
                moment_words(row.parked_at),
                row.connection.name,
                row.ref,
                row.product_ref,
                told.name,
                told.facets,
                row.element,
            )


class ParkedOneView(Screen, TemplateView):
    """One offer that waits: what for, since when, and what arrived."""

    permission_required = VIEW_PARKED
    header_icon = "warning"
    template_name = "sync/parked_one.html"

    @property
    def row(self) -> Parked:
        """The offer of the address."""
        if not hasattr(self, "_row"):
            found = Parked.objects.select_related("connection")
            self._row: Parked = get_object_or_404(found, pk=self.kwargs["pk"])
        return self._row

    def get_page_title(self) -> str:
        """The offer."""
        return waiting_of(self.row).name or self.row.ref

    def get_crumbs(self) -> Sequence[tuple[str, str]]:
        """Below the quarantine."""
        return ((reverse("exchange:parked"), _("Waiting for their product")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All of it."""
        return super().get_context_data(
            row=self.row,
            told=waiting_of(self.row),
            since=moment_words(self.row.parked_at) or NOTHING,
            shown=readable(self.row.element),
            run=Run.objects.filter(file_id=self.row.receipt).order_by("pk").first(),
            may_see_run=self.request.user.has_perm("sync.view_run"),
            may_change=self.request.user.has_perm(CHANGE),
            **kwargs,
        )
