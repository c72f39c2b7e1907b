# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may see and do what: officials who have logged in, each only their own elections.

An election of others is as unknown as one that does not exist. A session ends eight hours after the log-in,
however busy it was. No page of the office is kept in any cache.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from voting.models import Election
from voting.office.errors import OwnersOnly
from voting.office.models import Officer
from voting.office.trail import By

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
ElectionView = Callable[Concatenate[HttpRequest, Election, P], HttpResponse]
_SINCE = "logged-in-at"


def begin_session(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Log in; Django gives the session a new key."""
    login(request, user)
    request.session[_SINCE] = int(now.timestamp())


def user_of(request: HttpRequest) -> User | None:
    """Return who is logged in, if the session is not too old; an old one ends here."""
    if not request.user.is_authenticated:
        return None
    age = timezone.now().timestamp() - request.session.get(_SINCE, 0)
    if not 0 <= age < timedelta(seconds=settings.SESSION_COOKIE_AGE).total_seconds():
        logout(request)
        return None
    return request.user


def by(request: HttpRequest) -> By:
    """Return who acts in a request of an official, and when."""
    return By(user=cast("User", request.user), now=timezone.now())


def for_officials(view: View[P]) -> View[P]:
    """Ask everybody else to log in first."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if user_of(request) is None:
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/office/")
        return view(request, *args, **kwargs)

    return never_cache(checked)


def for_own_election(view: ElectionView[P]) -> View[P]:
    """Give the view the election of the address, if it is the official's own; else there is none."""

    @wraps(view)
    def found(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        election = election_of(request, str(kwargs.pop("slug")))  # part of every such address
        return view(request, election, *args, **kwargs)

    return for_officials(found)


def election_of(request: HttpRequest, slug: str) -> Election:
    """Return an election of the official. Raises Http404."""
    election = Election.objects.filter(slug=slug, officers__user=cast("User", request.user)).first()
    if election is None:
        raise Http404
    return election


def is_owner(request: HttpRequest, election: Election) -> bool:
    """Whether the official owns the election."""
    return election.officers.filter(user=cast("User", request.user), role=Officer.Role.OWNER).exists()


def check_owner(request: HttpRequest, election: Election) -> None:
    """Raise OwnersOnly."""
    if not is_owner(request, election):
        raise OwnersOnly("only an owner may do this")
