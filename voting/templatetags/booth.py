# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the booth's files are served."""

from django import template
from django.conf import settings

from voting.booth_files import booth_path

register = template.Library()


@register.simple_tag
def booth(name: str) -> str:
    """Return the address of a file of the booth."""
    return f"{settings.STATIC_URL}{booth_path(name)}"
