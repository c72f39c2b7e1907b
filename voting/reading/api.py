# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: ARG001  # django-ninja knows the first argument by its name
"""The operations of the read API. Every refusal is JSON with a code; nothing is logged, no cookie is set.

Two answers are those of api_reading.py, word for word: the booth gets them by POST, elsewhere.
"""

from http import HTTPStatus

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.pagination import PaginationBase, paginate

from bulletin_board import publisher
from voting import api_reading
from voting.models import Election
from voting.pages import records
from voting.presenters.paging import Window, window
from voting.reading import answers, schemas
from voting.reading.schemas import Credential, Digits, Page, Refusal, Seq, Size, Slug
from voting.services import heads as head_rows
from voting.services.board import election_log

api = NinjaAPI(
    title="Veritally: read API",
    version="1",
    description=(
        "What is public of elections and their boards, for programs. Believe none of it: the board itself, "
        "at each election's `board`, proves what is said here."
    ),
    urls_namespace="reading",
    docs_url=None,
)
_REFUSALS = {400: Refusal, 404: Refusal}
_WAITING = {**_REFUSALS, 503: Refusal}


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = ", ".join(sorted({str(problem["loc"][-1]) for problem in error.errors}))
    return _refuse(
        request, HTTPStatus.BAD_REQUEST, "malformed", f"Not of the form that is described: {places}."
    )


@api.exception_handler(Http404)
def _absent(request: HttpRequest, _error: Http404) -> HttpResponse:
    return _refuse(request, HTTPStatus.NOT_FOUND, "not-found", "There is no such thing here.")


def not_found(request: HttpRequest) -> HttpResponse:
    """Any other address below this one."""
    return _absent(request, Http404())


def _refuse(request: HttpRequest, status: HTTPStatus, code: str, message: str) -> HttpResponse:
    refusal = Refusal(code=code, message=message)
    return api.create_response(request, refusal.model_dump(), status=status)


def _window(number: int, page: int | None) -> Window:
    found = window(number, "" if page is None else str(page))
    if found is None:
        raise Http404
    return found


class _Pages(PaginationBase):
    """Pages of elections, numbered as those of entries and heads are."""

    Input = schemas.Paged  # type: ignore[assignment]  # in place of those of the base, not made of them
    Output = schemas.Elections  # type: ignore[assignment]
    items_attribute = "elections"

    def paginate_queryset(
        self,
        queryset: QuerySet[Election],
        pagination: schemas.Paged,
        request: HttpRequest,  # noqa: ARG002  # ninja hands it over by name
        **_params: object,
    ) -> dict[str, object]:
        number = self._items_count(queryset)
        if not number and pagination.page is None:
            return {"number": 0, "page": 1, "pages": 1, "elections": []}
        shown = _window(number, pagination.page)
        rows = queryset.order_by("created_at", "pk")[shown.first : shown.last + 1]
        found = [answers.election(row) for row in rows][::-1]
        return {"number": number, "page": shown.number, "pages": shown.pages, "elections": found}


@api.get("/elections", response={200: list[schemas.Election], **_REFUSALS}, summary="All elections")
@paginate(_Pages)
def elections(request: HttpRequest) -> QuerySet[Election]:
    """A page of the elections that are on a board, the newest first."""
    return records.public_elections().filter(log__isnull=False)


@api.get("/elections/{slug}", response={200: schemas.ElectionDetail, **_REFUSALS}, summary="One election")
def election(request: HttpRequest, slug: Slug) -> schemas.ElectionDetail:
    """One election, with its questions and trustees."""
    return answers.detail(records.election_or_404(slug))


@api.get("/elections/{slug}/heads", response={200: schemas.Heads, **_REFUSALS}, summary="Signed heads")
def heads(request: HttpRequest, slug: Slug, page: Page = None) -> schemas.Heads:
    """A page of the signed heads of a board."""
    log = election_log(records.election_or_404(slug))
    number = head_rows.count(log)
    shown = _window(number, page)
    found = head_rows.heads(log, shown.first, shown.last)
    return schemas.Heads(
        number=number, page=shown.number, pages=shown.pages, heads=[answers.head(row) for row in found]
    )


@api.get("/elections/{slug}/heads/{size}", response={200: schemas.Head, **_REFUSALS}, summary="One head")
def head(request: HttpRequest, slug: Slug, size: Size) -> schemas.Head:
    """The head that was signed for a size."""
    found = head_rows.head_at(election_log(records.election_or_404(slug)), size)
    if found is None:
        raise Http404
    return answers.head(found)


@api.get("/elections/{slug}/entries", response={200: schemas.Entries, **_REFUSALS}, summary="Entries")
def entries(request: HttpRequest, slug: Slug, page: Page = None) -> schemas.Entries:
    """A page of the entries of a board."""
    row = records.election_or_404(slug)
    size = records.size_of(election_log(row))
    return answers.entries(row, size, _window(size, page))


@api.get(
    "/elections/{slug}/entries/{seq}",
    response={200: schemas.Proved, **_REFUSALS},
    summary="One entry, with its proof",
)
def entry(request: HttpRequest, slug: Slug, seq: Seq) -> schemas.Proved:
    """One entry as it was hashed, with the proof that it is on the board."""
    row = records.election_or_404(slug)
    if seq >= records.size_of(election_log(row)):
        raise Http404
    return answers.proved(row, seq)


@api.get(
    "/elections/{slug}/entries/{seq}/receipt",
    response=_REFUSALS,
    summary="One entry's receipt",
    openapi_extra={
        "responses": {
            200: {"description": "A tlog-proof", "content": {"text/plain": {"schema": {"type": "string"}}}}
        }
    },
)
def receipt(request: HttpRequest, slug: Slug, seq: Seq) -> HttpResponse:
    """The proof alone, as the text that tools for transparency logs read."""
    log = election_log(records.election_or_404(slug))
    if seq >= records.size_of(log):
        raise Http404
    return HttpResponse(publisher.receipt(log, seq), content_type="text/plain; charset=utf-8")


@api.get("/elections/{slug}/result", response={200: schemas.Result, **_REFUSALS}, summary="The result")
def result(request: HttpRequest, slug: Slug) -> schemas.Result:
    """The result, once it is on the board."""
    stated = records.ending(records.election_or_404(slug)).result
    if stated is None:
        raise Http404
    return answers.result(stated)


@api.get(
    "/elections/{slug}/credentials/{key}",
    response={200: schemas.Standing, **_REFUSALS},
    summary="Where a credential stands",
)
def credential(request: HttpRequest, slug: Slug, key: Credential) -> HttpResponse:
    """Whether a credential is on the roll, and its ballots. Who asks about a key shows an interest in it."""
    return api_reading.credential(request, slug, key)


@api.get(
    "/elections/{slug}/ballots/{digits}",
    response={200: schemas.Ballot, **_WAITING},
    summary="A ballot by its check code",
)
def ballot(request: HttpRequest, slug: Slug, digits: Digits) -> HttpResponse:
    """The ballot or test with this check code, with its receipt; 503 while witnesses are waited for."""
    return api_reading.ballot(request, slug, digits)
