# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers that are the same in every language: the board's files and the read API, for programs.

Outside LocaleMiddleware, which says of every answer that it depends on the reader's language: whoever keeps
copies of a board would then keep one for each.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers

_SPACES = {"board", "reading"}
_READING = "reading"
_LANGUAGE = "accept-language"
Answer = Callable[[HttpRequest], HttpResponse]


class PlainAnswers:
    """Takes the language out of such answers, and refuses other methods in the API's own form."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        response = self._get_response(request)
        spaces = request.resolver_match.namespaces if request.resolver_match is not None else ()
        if _SPACES.isdisjoint(spaces):
            return response
        if _READING in spaces and response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _refused(response)
        named = [name.strip() for name in response.get("Vary", "").split(",")]
        del response["Content-Language"], response["Vary"]
        kept = [name for name in named if name and name.lower() != _LANGUAGE]
        if kept:
            patch_vary_headers(response, kept)
        return response


def _refused(response: HttpResponse) -> HttpResponse:
    refusal = {"code": "method-not-allowed", "message": "Only GET is answered here."}
    answer = JsonResponse(refusal, status=HTTPStatus.METHOD_NOT_ALLOWED)
    answer["Allow"] = response["Allow"]
    return answer
