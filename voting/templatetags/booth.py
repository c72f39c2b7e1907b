# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the files of the browsers' programs are served."""

from django import template
from django.conf import settings

from voting.served_code import BOOTH, VERIFIER

register = template.Library()


@register.simple_tag
def booth(name: str) -> str:
    """Return the address of a file of the booth."""
    return f"{settings.STATIC_URL}{BOOTH.path(name)}"


@register.simple_tag
def verifier(name: str) -> str:
    """Return the address of a file of the verifier."""
    return f"{settings.STATIC_URL}{VERIFIER.path(name)}"
