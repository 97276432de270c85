"""People of a company: the list, invitations, a person's role and rights."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dealer_area import company, inviting, people, tasks
from dealer_area.access import SESSION_KEY, Capability, require, use_membership
from dealer_area.authority import CompanyError, authority_of
from dealer_area.member_request import MemberRequest
from dealer_area.models import Invitation, Membership, Role
from dealer_area.people_forms import AcceptForm, CapabilitiesForm, InviteForm, PlaceForm

BACKEND = f"{AuthenticationBackend.__module__}.{AuthenticationBackend.__name__}"


@require_GET
@require(Capability.MANAGE_PEOPLE)
def index(request: MemberRequest) -> HttpResponse:
    """Everybody who works for the company, and who is invited."""
    manager = request.membership
    found = people.people_of(manager)
    return render(
        request,
        "dealer_area/people.html",
        {
            "people": found,
            "is_alone": len(found) == 1,
            "waiting": people.waiting_at(manager, timezone.now()),
        },
    )


@require_http_methods(["GET", "POST"])
@require(Capability.MANAGE_PEOPLE)
def invite(request: MemberRequest) -> HttpResponse:
    """Invite a person by e-mail."""
    manager = request.membership
    form = InviteForm(manager, request.POST or None, initial={"role": Role.SELLER})
    if form.is_valid():
        wanted = form.cleaned_data
        try:
            invitation, token = inviting.invite(
                dealer=manager.dealer,
                email=wanted["email"],
                name=wanted["name"],
                role=wanted["role"],
                outlets=wanted["outlets"],
                by=request.user,
                at=timezone.now(),
            )
        except CompanyError as refusal:
            form.add_error(None, str(refusal))
        else:
            _send(request, invitation, token)
            return redirect("dealer:people")
    return render(
        request,
        "dealer_area/invite.html",
        {"form": form, "roles": list(Role), "role_rows": people.role_rows()},
        status=422 if form.errors else 200,
    )


@require_POST
@require(Capability.MANAGE_PEOPLE)
def change_invitation(request: MemberRequest, pk: int) -> HttpResponse:
    """Send an invitation again, or make its link dead."""
    waiting = Invitation.objects.for_dealer(request.membership.dealer).waiting()
    invitation = get_object_or_404(waiting.select_related("dealer"), pk=pk)
    by, at = request.user, timezone.now()
    try:
        if request.POST.get("action") == "again":
            invitation, token = inviting.invite_again(invitation=invitation, by=by, at=at)
            _send(request, invitation, token)
        else:
            inviting.cancel(invitation=invitation, by=by, at=at)
            messages.success(request, _("The invitation is cancelled, its link is dead"))
    except CompanyError as refusal:
        messages.error(request, str(refusal))
    return redirect("dealer:people")


@require_http_methods(["GET", "POST"])
@require(Capability.MANAGE_PEOPLE)
def member(request: MemberRequest, pk: int) -> HttpResponse:
    """A person's role, outlets and single rights; closing and opening his access."""
    manager = request.membership
    found = Membership.objects.for_dealer(manager.dealer)
    one = get_object_or_404(found, pk=pk)
    place = PlaceForm(manager, initial={"role": one.role, "outlets": one.outlets.all()})
    rights = CapabilitiesForm(manager, one)
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "place":
            place = PlaceForm(manager, request.POST)
        elif action == "rights":
            rights = CapabilitiesForm(manager, one, request.POST)
        if _change(request, one, action, place, rights):
            return redirect("dealer:member", pk=one.pk)
    return render(
        request,
        "dealer_area/member.html",
        {
            "member": one,
            "is_self": one.user_id == manager.user_id,
            "can_be_changed": authority_of(manager).may_touch(one),
            "outlets": people.outlet_words(one.outlets.all()),
            "place": place,
            "rights": rights,
        },
        status=422 if place.errors or rights.errors else 200,
    )


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work for another dealer of one's own."""
    chosen = request.POST.get("membership", "")
    if not chosen.isdecimal():
        raise Http404
    membership = use_membership(request, int(chosen))
    messages.success(request, _("You work for %(dealer)s now") % {"dealer": membership.dealer.name})
    return redirect("/")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of the letter. A dead link answers the same whatever killed it."""
    at = timezone.now()
    try:
        found = inviting.find(token, at=at)
        account = inviting.account_of(found)
        is_owner = account is not None and request.user == account
        form = AcceptForm(
            request.POST if request.method == "POST" else None, initial={"name": found.name}
        )
        if request.method == "POST" and account is not None and is_owner:
            membership = inviting.accept_as(token=token, by=account, at=at)
            return _enter(request, membership)
        if request.method == "POST" and request.user.is_anonymous and form.is_valid():
            membership = inviting.accept(token=token, at=at, **form.cleaned_data)
            login(request, membership.user, backend=BACKEND)
            return _enter(request, membership)
    except inviting.LinkIsDead:
        return render(request, "dealer_area/invitation_closed.html", status=410)
    except ValidationError as refusal:
        form.add_error("password", refusal)
    except CompanyError as refusal:
        form.add_error(None, str(refusal))
    words = {
        "invitation": found,
        "form": form,
        "has_account": account is not None,
        "is_owner": is_owner,
        "outlets": people.outlet_words(found.outlets.all()),
    }
    status = 422 if form.errors else 200
    return render(request, "dealer_area/invitation.html", words, status=status)


def _change(
    request: MemberRequest,
    one: Membership,
    action: str,
    place: PlaceForm,
    rights: CapabilitiesForm,
) -> bool:
    """Do what a form of the person's page asks; False when the page is to say what is wrong."""
    by, at = request.user, timezone.now()
    try:
        if action == "place":
            if not place.is_valid():
                return False
            company.change_role(membership=one, by=by, at=at, **place.cleaned_data)
        elif action == "rights":
            if not rights.is_valid():
                return False
            wanted = rights.cleaned_data["capabilities"]
            company.change_capabilities(membership=one, wanted=wanted, by=by, at=at)
        elif action in {"close", "open"}:
            company.set_member_active(membership=one, is_active=action == "open", by=by, at=at)
        else:
            raise Http404
    except CompanyError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved"))
    return True


def _send(request: HttpRequest, invitation: Invitation, token: str) -> None:
    link = request.build_absolute_uri(reverse("dealer:invitation", kwargs={"token": token}))
    tasks.send_invitation.later(invitation.pk, link)
    messages.success(
        request, _("The letter is on its way to %(email)s") % {"email": invitation.email}
    )


def _enter(request: HttpRequest, membership: Membership) -> HttpResponse:
    request.session[SESSION_KEY] = membership.pk
    messages.success(request, _("Welcome to %(dealer)s") % {"dealer": membership.dealer.name})
    return redirect("/")
