# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names from outside, numbers and hashes in templates; all of it escaped."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from voting.presenters.said import Said

register = template.Library()
_GROUP = 4


@register.filter
def said(text: Said | str) -> SafeString:
    """Return a name or text of an election, isolated so that its direction cannot disturb its neighbours."""
    if isinstance(text, Said):
        return format_html('<bdi lang="{}">{}</bdi>', text.language, text.text)
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def grouped(digits: str) -> SafeString:
    """Return a hash in groups of four for the eye; copied, it is one word again."""
    groups = [(digits[start : start + _GROUP],) for start in range(0, len(digits), _GROUP)]
    shown = format_html_join("", "<span>{}</span><wbr>", groups)
    return format_html('<code class="fingerprint" dir="ltr">{}</code>', shown)


@register.filter
def code_groups(code: str) -> list[str]:
    """Return the groups of a check code."""
    return code.split("-")
