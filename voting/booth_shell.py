# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages that the booth's modules make are shells, confined to the booth's folder.

Scripts, workers and styles come from that folder alone, whose digest is on the board. A style can send what
it sees only by asking for something: no image, no font and no other style sheet may be asked for.
"""

from typing import Any

from csp.constants import NONE
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from voting.models import Election
from voting.templatetags.booth import booth


def render_shell(
    request: HttpRequest, template: str, context: dict[str, Any], *, election: Election | None = None
) -> HttpResponse:
    """Return a page with the booth that the election's board names, or with this release's.

    Its address is on the host that the browser asked: a policy takes no path without one.
    """
    response = render(request, template, context | {"booth_of": election})
    folder = [f"{request.get_host()}{booth('', election)}"]
    policy = dict.fromkeys(("script-src", "style-src", "worker-src"), folder)
    policy |= {"img-src": ["data:"], "font-src": [NONE], "manifest-src": [NONE]}
    response._csp_replace = policy  # type: ignore[attr-defined]  # how django-csp is told  # noqa: SLF001
    return response
