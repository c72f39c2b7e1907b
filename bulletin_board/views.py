# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board over HTTP: the resources of a log, read-only, to anyone, from anywhere.

Specification: docs/spec/board.md, "Resources". A page for people is not here.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bulletin_board import publication
from bulletin_board.errors import NotFound
from bulletin_board.models import Log

_WEEK = 604_800  # s
_IMMUTABLE = f"public, max-age={_WEEK}, immutable"


@require_safe
def resource(request: HttpRequest, election: str, path: str) -> HttpResponse:  # noqa: ARG001  # a view
    """Serve one resource of the log whose origin ends in `election`; 404 in plain text for any other."""
    try:
        found = publication.resource(Log.objects.get(slug=election), path)
    except (Log.DoesNotExist, NotFound):
        response = HttpResponse("Not found\n", status=404, content_type=publication.TEXT)
        response["Cache-Control"] = "no-store"
    else:
        response = HttpResponse(found.data, content_type=found.content_type)
        response["Cache-Control"] = _IMMUTABLE if found.immutable else "no-store"
    response["Access-Control-Allow-Origin"] = "*"
    return response
