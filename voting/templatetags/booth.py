# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the files of the browsers' programs are served."""

from functools import cache
from pathlib import Path
from urllib.parse import quote

from django import template
from django.conf import settings

from voting.models import Election
from voting.module_graph import module_graph
from voting.served_code import BOOTH, VERIFIER

register = template.Library()


@register.simple_tag
def booth(name: str, election: Election | None = None) -> str:
    """Return the address of a file of the booth: of that which the election's board names, if it is kept."""
    return f"{settings.STATIC_URL}{BOOTH.path(name, _digest(election))}"


@register.simple_tag
def booth_modules(entry: str, language: str, election: Election | None = None) -> list[str]:
    """Return the addresses of all modules that a page of the booth loads in a language, its worker's too."""
    digest = _digest(election)
    folder = _root() / BOOTH.path("", digest) if digest else BOOTH.folder
    names = *module_graph(folder, entry), f"texts/{language}.js"
    return [booth(name, election) for name in names if (folder / name).is_file()]


@register.filter
def keeps_booth_of(election: Election) -> bool:
    """Whether this server still has the booth that the election's opening entry names."""
    named = election.booth
    return bool(named) and (named == BOOTH.digest() or BOOTH.is_kept(_root(), named))


@register.simple_tag
def verifier(name: str) -> str:
    """Return the address of a file of the verifier."""
    return f"{settings.STATIC_URL}{VERIFIER.path(name)}"


@register.simple_tag
@cache
def mark() -> str:
    """Return the site's mark as an address that needs no request: the booth's pages may fetch no image."""
    svg = (BOOTH.folder.parent / "mark.svg").read_text("utf-8")
    return f"data:image/svg+xml,{quote(svg)}"


def _digest(election: Election | None) -> str:
    """Return the digest of the kept booth of an earlier release, or "" for that of this one."""
    if not election or election.booth == BOOTH.digest() or not keeps_booth_of(election):
        return ""
    return election.booth


def _root() -> Path:
    return Path(settings.STATIC_ROOT)
