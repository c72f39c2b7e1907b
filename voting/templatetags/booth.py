# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the files of the browsers' programs are served."""

from pathlib import Path

from django import template
from django.conf import settings

from voting.models import Election
from voting.served_code import BOOTH, VERIFIER

register = template.Library()


@register.simple_tag
def booth(name: str, election: Election | None = None) -> str:
    """Return the address of a file of the booth: of that which the election's board names, if it is kept."""
    digest = "" if election is None or not keeps_booth_of(election) else election.booth
    return f"{settings.STATIC_URL}{BOOTH.path(name, digest)}"


@register.filter
def keeps_booth_of(election: Election) -> bool:
    """Whether this server still has the booth that the election's opening entry names."""
    named = election.booth
    return bool(named) and (named == BOOTH.digest() or BOOTH.is_kept(Path(settings.STATIC_ROOT), named))


@register.simple_tag
def verifier(name: str) -> str:
    """Return the address of a file of the verifier."""
    return f"{settings.STATIC_URL}{VERIFIER.path(name)}"
