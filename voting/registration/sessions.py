# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voter's own session, under a cookie of its own: it never is, and never becomes, an official's log-in.

Both lie in one table, so each kind is signed under a name of its own: under the other's cookie it is empty.
It holds the state of a sign-in that is under way, then issuer, subject and verified address, for half an
hour.
"""

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse

from voting.registration.intake import SignedIn

LIFETIME = 30 * 60  # s
_PERSON, _ELECTION = "voter", "election"


class VoterSession(SessionStore):
    """A voter's; Django signs what it stores under the name of this class."""


def cookie_name() -> str:
    """Return the cookie's name; with TLS, no other host can set it."""
    return "__Host-voter" if settings.SESSION_COOKIE_SECURE else "voter"


def session_of(request: HttpRequest) -> VoterSession:
    """Return the voter's session, perhaps a new one that is not stored yet."""
    return VoterSession(request.COOKIES.get(cookie_name()) or None)


def begin(election: str) -> VoterSession:
    """Return a new session for a sign-in to register in an election."""
    store = VoterSession()
    store[_ELECTION] = election
    return store


def election_of(store: VoterSession) -> str:
    """Return the address of the election that this sign-in is for, or ""."""
    return str(store.get(_ELECTION, ""))


def signed_in(election: str, person: SignedIn) -> VoterSession:
    """Return a session with a new name, which holds nothing but who somebody is."""
    store = begin(election)
    store[_PERSON] = {"issuer": person.issuer, "subject": person.subject, "address": person.address}
    return store


def person_of(request: HttpRequest, election: str) -> SignedIn | None:
    """Return who is signed in to register in this election."""
    if cookie_name() not in request.COOKIES:
        return None
    store = session_of(request)
    found = store.get(_PERSON)
    return SignedIn(**found) if found and election_of(store) == election else None


def keep(response: HttpResponse, store: VoterSession) -> HttpResponse:
    """Store the session, and hand out its name."""
    store.set_expiry(LIFETIME)
    store.save()
    response.set_cookie(
        cookie_name(),
        str(store.session_key),
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def end(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Forget the session here and there."""
    if cookie_name() in request.COOKIES:
        session_of(request).delete()
    response.delete_cookie(cookie_name(), samesite="Lax")
    return response
