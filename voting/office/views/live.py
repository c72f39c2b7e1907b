# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page of a running election polls for, every two seconds."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from voting.office.access import election_of, user_of
from voting.office.live import live
from voting.states import is_public

_FORBIDDEN = 403


@never_cache
@require_safe
def live_values(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the values as JSON; no redirection to a page for whoever is not logged in any more."""
    if user_of(request) is None:
        return JsonResponse({"code": "not-logged-in"}, status=_FORBIDDEN)
    election = election_of(request, slug)
    if not is_public(election.where):
        raise Http404
    return JsonResponse(live(election).to_json())
