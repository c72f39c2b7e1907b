# SPDX-License-Identifier: AGPL-3.0-or-later
"""The body of a request that a program sends: JSON, by POST, and never read beyond what it can be."""

from django.http import HttpRequest

from voting.errors import TooLarge, WrongContentType, WrongMethod

JSON = "application/json"


def json_body(request: HttpRequest, limit: int) -> bytes:
    """Return the body, at most `limit` bytes. Raises WrongMethod, WrongContentType, TooLarge."""
    if request.method != "POST":
        raise WrongMethod("only POST is taken here", expected="POST", computed=request.method)
    if request.content_type != JSON:
        raise WrongContentType("only JSON is taken here", expected=JSON, computed=request.content_type)
    body = request.read(limit + 1)
    if len(body) > limit:
        raise TooLarge("longer than any of this kind can be", expected=limit)
    return body
