# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voter's pages: to register, to confirm an address, to return from the identity provider.

Nothing is used up by any of them; what they lead to is posted (api.py). They are shells for the booth's
modules.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from voting.booth_shell import render_shell
from voting.models import Election
from voting.office.views.frame import title_of
from voting.registration import oidc, sessions
from voting.registration.errors import SignInFailed, SignInUnavailable
from voting.registration.models import Window
from voting.registration.windows import is_by_voters, is_open, window_of
from voting.states import State

FAILED = "failed"


@require_safe
@never_cache
@gzip_page
@ensure_csrf_cookie
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a key, and register it."""
    return _page(request, election_of(slug), "register")


@require_safe
@never_cache
@gzip_page
@ensure_csrf_cookie
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the link in a message leads; the token is in the fragment, which no server sees."""
    return _page(request, election_of(slug), "confirm")


@require_safe
@never_cache
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where the identity provider sends voters back to.

    Whoever follows an address of somebody else's making, or an old one, loses nothing that they had.
    """
    store = sessions.session_of(request)
    slug = sessions.election_of(store)
    if not slug:
        raise Http404
    if not oidc.is_awaited(request, store):
        is_signed_in = sessions.person_of(request, slug) is not None
        return redirect("register", slug) if is_signed_in else redirect(_failed(slug))
    try:
        person = oidc.person_returned(request, store)
    except (SignInFailed, SignInUnavailable):
        return sessions.end(request, redirect(_failed(slug)))
    store.delete()
    return sessions.keep(redirect("register", slug), sessions.signed_in(slug, person))


def election_of(slug: str) -> Election:
    """Return an election whose voters make their own keys, once registration was opened. Raises Http404."""
    election = Election.objects.filter(slug=slug).first()
    if election is None or not is_by_voters(election):
        raise Http404
    if election.where is State.DRAFT and not Window.objects.filter(election=election).exists():
        raise Http404
    return election


def _failed(slug: str) -> str:
    return f"{reverse('register', args=[slug])}?sign-in={FAILED}"


def _page(request: HttpRequest, election: Election, template: str) -> HttpResponse:
    now = timezone.now()
    context = {
        "election": election,
        "title": title_of(election),
        "is_open": is_open(election, now=now),
        "is_draft": election.where is State.DRAFT,
        "closes": window_of(election).closes_at,
        "person": sessions.person_of(request, election.slug),
        "with_sign_in": oidc.is_available(),
        "keep_days": settings.VERITALLY_KEEP_VOTERS_DAYS,
        "keep_abandoned_days": settings.VERITALLY_KEEP_ABANDONED_DAYS,
        "module": "register.js",
        "sign_in_failed": request.GET.get("sign-in") == FAILED,
    }
    return render_shell(request, f"registration/{template}.html", context)
