# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board over HTTP: the resources of a log, read-only, to anyone, from anywhere.

Specification: docs/spec/board.md, "Resources". A page for people is not here.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from bulletin_board import layout, publication, ranges
from bulletin_board.errors import NotFound, RangeNotSatisfiable
from bulletin_board.models import Log

JSON_LINES = "application/jsonl"
_WEEK = 604_800  # s
_IMMUTABLE = f"public, max-age={_WEEK}, immutable"


@require_safe
def resource(request: HttpRequest, election: str, path: str) -> HttpResponseBase:
    """Serve one resource of the log whose origin ends in `election`; 404 in plain text for any other."""
    try:
        log = Log.objects.get(slug=election)
        response = _lines(request, log) if path == layout.LINES else _resource(log, path)
    except (Log.DoesNotExist, NotFound):
        response = HttpResponse("Not found\n", status=404, content_type=publication.TEXT)
        response["Cache-Control"] = "no-store"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _resource(log: Log, path: str) -> HttpResponseBase:
    found = publication.resource(log, path)
    response = HttpResponse(found.data, content_type=found.content_type)
    response["Cache-Control"] = _IMMUTABLE if found.immutable else "no-store"
    return response


def _lines(request: HttpRequest, log: Log) -> HttpResponseBase:
    """All lines, or the range that is asked for: what was there once is always there."""
    lines = publication.Publication(log).lines
    try:
        # If-Range asks for a range of the very same file. This one has no validator, so it is a longer one.
        header = "" if "If-Range" in request.headers else request.headers.get("Range", "")
        asked = ranges.requested(header, lines.length)
    except RangeNotSatisfiable:
        response: HttpResponseBase = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response["Content-Range"] = f"bytes */{lines.length}"
    else:
        start, stop = asked or (0, lines.length)
        # Without a body, none is read: a server would have it made, and drop it.
        pieces = () if request.method == "HEAD" else lines.read(start, stop)
        response = StreamingHttpResponse(pieces, content_type=JSON_LINES)
        response["Content-Length"] = str(stop - start)
        if asked is not None:
            response.status_code = HTTPStatus.PARTIAL_CONTENT
            response["Content-Range"] = f"bytes {start}-{stop - 1}/{lines.length}"
    response["Accept-Ranges"] = "bytes"
    response["Access-Control-Expose-Headers"] = "Content-Range"
    response["Cache-Control"] = "no-store"
    return response
