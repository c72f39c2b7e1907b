# SPDX-License-Identifier: AGPL-3.0-or-later
"""The read API for people: one static page, made of the description that programs read. No script."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from voting.reading.api import api


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address that can be asked."""

    path: str
    summary: str
    description: str
    parameters: tuple[tuple[str, str], ...]  # (name, description)


@require_safe
def read_api(request: HttpRequest) -> HttpResponse:
    """All operations of the API."""
    return render(request, "voting/read_api.html", {"operations": list(_operations())})


def _operations() -> Iterator[Operation]:
    for path, methods in api.get_openapi_schema()["paths"].items():
        described = methods["get"]
        yield Operation(
            path=path,
            summary=described["summary"],
            description=described["description"],
            parameters=tuple(
                (parameter["name"], parameter.get("description", ""))
                for parameter in described.get("parameters", ())
            ),
        )
