# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the voter's browser posts: registrations, confirmations, sign-in and sign-out. JSON in, JSON out.

A registration by e-mail is answered alike whoever the address belongs to, and nothing is written to it here.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bulletin_board.codec.canonical import parse
from bulletin_board.codec.fields import Fields
from bulletin_board.errors import EncodingError
from voting.bodies import json_body
from voting.errors import TooLarge, WrongContentType, WrongState, code_of
from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.places import place_of
from voting.registration import errors, intake, oidc, sessions, throttle
from voting.registration.views.pages import election_of

_ACCEPTED, _CREATED = 202, 201
_TOKEN_LIMIT, _NUMBER_LIMIT = 256, 8
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (EncodingError, 400),
    (errors.NotSignedIn, 401),
    (errors.UnknownLink, 404),
    (errors.UnknownRegistration, 404),
    (errors.AlreadyDecided, 409),
    (errors.KeyTaken, 409),
    (errors.RegistrationClosed, 409),
    (WrongState, 409),
    (TooLarge, 413),
    (WrongContentType, 415),
    (errors.TooManyRequests, 429),
    (errors.SignInFailed, 502),
    (errors.SignInUnavailable, 404),
)
_UNPROCESSABLE = 422
_Answer = Callable[[HttpRequest, Election], HttpResponse]


def _posted(view: _Answer) -> Callable[[HttpRequest, str], HttpResponse]:
    """Find the election, count the request, and answer a refusal by name."""

    @wraps(view)
    def answered(request: HttpRequest, slug: str) -> HttpResponse:
        election = election_of(slug)
        try:
            throttle.check_place(place_of(request), now=timezone.now())
            return view(request, election)
        except REFUSALS as error:
            status = next((status for kind, status in _STATUS if isinstance(error, kind)), _UNPROCESSABLE)
            answer = JsonResponse({"code": code_of(error)}, status=status)
            if isinstance(error, errors.TooManyRequests):
                answer["Retry-After"] = str(error.expected)  # s
            return answer

    return never_cache(require_POST(answered))


@_posted
def register(request: HttpRequest, election: Election) -> HttpResponse:
    """Take a registration whose address has to be confirmed."""
    language = str(get_language() or "en")
    body = json_body(request, intake.LIMIT)  # a slow client must not keep a transaction, or SQLite's lock
    now = timezone.now()
    with transaction.atomic():  # what is one too many is not kept, and what is refused is not counted
        row = intake.take_by_email(election, body, language=language, now=now)
        throttle.check_named(place_of(request), election.election_id, row.address, now=now)
    return JsonResponse({"code": "message-on-its-way"}, status=_ACCEPTED)


@_posted
def register_signed_in(request: HttpRequest, election: Election) -> HttpResponse:
    """Take a registration of who is signed in, and sign them out."""
    person = sessions.person_of(request, election.slug)
    if person is None:
        raise errors.NotSignedIn("nobody is signed in")
    intake.take_signed_in(election, json_body(request, intake.LIMIT), person, now=timezone.now())
    return sessions.end(request, JsonResponse({"code": "registered"}, status=_CREATED))


@_posted
def confirm(request: HttpRequest, election: Election) -> HttpResponse:
    """Confirm an address by the token of a link, and perhaps the number of another registration."""
    fields = Fields(parse(json_body(request, _TOKEN_LIMIT), limit=_TOKEN_LIMIT), "body")
    token = fields.text("token", limit=_TOKEN_LIMIT)
    number = fields.text("number", limit=_NUMBER_LIMIT, empty=True)
    fields.done()
    row = intake.confirm(election, token, number=number, now=timezone.now())
    return JsonResponse({"code": "registered", "reference": row.reference})


@_posted
def sign_in(_request: HttpRequest, election: Election) -> HttpResponse:
    """Begin a sign-in: answer with the provider's address, to which the page then goes."""
    store = sessions.begin(election.slug)
    # Not of the request: the Host header would decide where a voter returns to.
    back = f"{settings.VERITALLY_BASE_URL}{reverse('register-signed-in')}"
    address = oidc.address_of_provider(store, back)
    return sessions.keep(JsonResponse({"address": address}), store)


@_posted
def sign_out(request: HttpRequest, _election: Election) -> HttpResponse:
    """Forget who is signed in."""
    return sessions.end(request, JsonResponse({"code": "signed-out"}))
