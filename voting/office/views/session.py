# SPDX-License-Identifier: AGPL-3.0-or-later
"""To log in and out. Nothing here tells whether an account exists: not the words, the status or the time."""

from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from voting.office import throttle
from voting.office.access import begin_session, user_of
from voting.office.errors import TooManyAttempts
from voting.office.forms.accounts import LoginForm
from voting.office.words import in_words
from voting.places import place_of

_HOME = "office:dashboard"
_TOO_MANY, _WRONG = 429, 422


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password."""
    if request.method != "POST":
        if user_of(request) is not None:
            return redirect(_HOME)
        return _page(request, LoginForm())
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=_WRONG)
    return _try(request, form)


@require_POST
@never_cache
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("office:login")


def _try(request: HttpRequest, form: LoginForm) -> HttpResponse:
    name, now = form.cleaned_data["username"], timezone.now()
    tried = throttle.attempt(account=name, address=place_of(request))
    try:
        throttle.begin(tried, now=now)
    except TooManyAttempts as error:
        form.add_error(None, in_words(error))
        return _page(request, form, status=_TOO_MANY)
    # Django hashes a password also for a name without an account, so both take the same time.
    user = authenticate(request, username=name, password=form.cleaned_data["password"])
    if not isinstance(user, User):
        form.add_error(None, _t("Name and password do not fit together. Mind capital letters."))
        return _page(request, form, status=_WRONG)
    throttle.succeed(tried, now=now)
    begin_session(request, user, now=now)
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    """Where the official wanted to go: an address of the office on this very server, or the dashboard."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/office/")
    return wanted if is_ours else _HOME


def _page(request: HttpRequest, form: LoginForm, *, status: int = 200) -> HttpResponse:
    wanted = request.POST.get("next", request.GET.get("next", ""))
    return render(request, "office/login.html", {"form": form, "next": wanted}, status=status)
