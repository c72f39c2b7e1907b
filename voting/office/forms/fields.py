# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fields of the office's forms: one line of text fit for the record, one field per language, times, keys."""

import re
import unicodedata
import zoneinfo
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bulletin_board.codec import base64url
from bulletin_board.codec.characters import FORBIDDEN
from bulletin_board.errors import BoardError
from tally.record.base import KEY_BYTES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

_DIGITS = re.compile(r"-?[0-9]{1,16}")
_SPACES = re.compile(r"[\s\u2028\u2029]+")
# The languages of ballots by their own names; the site's own are another matter (settings.LANGUAGES).
BALLOT_LANGUAGES = (
    ("en", "English"),
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("zh", "中文"),
)
NAMES = dict(BALLOT_LANGUAGES)
UTC_NAME = "UTC"


class OfficeForm(forms.Form):
    """A form whose controls have the site's look; required fields are checked by the server, in words."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)

    def add_texts(
        self,
        name: str,
        languages: Sequence[str],
        label: "Words",
        *,
        limit: int,
        values: Mapping[str, str],
        required: bool = True,
        help_text: "Words" = "",
        rows: int = 0,
    ) -> None:
        """Add one field for each language."""
        for language in languages:
            shown = f"{label} ({NAMES.get(language, language)})" if len(languages) > 1 else label
            attributes = {"lang": language, "dir": "auto"} | ({"rows": rows} if rows else {})
            field = PlainText(
                label=shown,
                max_length=limit,
                required=required,
                help_text=help_text,
                initial=values.get(language, ""),
                widget=forms.Textarea(attributes) if rows else forms.TextInput(attributes),
            )
            self.fields[f"{name}_{language}"] = field
            dress(field)

    def texts(self, name: str, languages: Sequence[str]) -> dict[str, str]:
        """Return what was typed into the fields of `add_texts`."""
        return {language: self.cleaned_data[f"{name}_{language}"] for language in languages}


def dress(field: forms.Field) -> None:
    """Give a control the site's look; browsers shall not fill in what other forms asked for."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return
    look = "form-select" if isinstance(widget, forms.Select) else "form-control"
    widget.attrs["class"] = f"{widget.attrs.get('class', '')} {look}".strip()
    widget.attrs.setdefault("autocomplete", "off")


class PlainText(forms.CharField):
    """One line, in normal form C, of characters that a record may hold (bulletin_board.codec.characters)."""

    def to_python(self, value: Any) -> str:
        """Return the line; runs of white space are one space."""
        text = _SPACES.sub(" ", unicodedata.normalize("NFC", super().to_python(value) or "")).strip()
        if FORBIDDEN.search(text):
            raise ValidationError(
                _t(
                    "There is an invisible character, one that turns the direction of writing, or one that "
                    "is too new to be known everywhere. Type it again."
                ),
                code="forbidden",
            )
        return text


class KeyField(forms.CharField):
    """An Ed25519 key as the registrar's file has it: 43 characters. Its safety is checked with the draft."""

    widget = forms.TextInput(attrs={"class": "mono", "dir": "ltr", "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        """Return the 32 octets; None of an empty field that may be."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return base64url.decode(text, KEY_BYTES)
        except BoardError:
            raise ValidationError(
                _t("This is not a public key. Copy all 43 characters from the registrar’s file."), code="key"
            ) from None


def number(
    label: "Words",
    *,
    low: int,
    high: int,
    initial: int | None = None,
    required: bool = True,
    help_text: "Words" = "",
) -> forms.IntegerField:
    """Return a whole number, typed as text: a wheel over the field never changes it."""
    return WholeNumber(
        label=label,
        min_value=low,
        max_value=high,
        initial=initial,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "short", "maxlength": 16}),
        error_messages={"invalid": _("Enter a whole number, in digits.")},
    )


class WholeNumber(forms.IntegerField):
    """Digits 0 to 9; `int` alone would read underscores, and digits of other scripts."""

    def to_python(self, value: Any) -> int | None:
        """Return the number."""
        if isinstance(value, str) and value.strip() and not _DIGITS.fullmatch(value.strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


def moment(label: "Words", help_text: "Words" = "") -> forms.DateTimeField:
    """Return a day and a time of day, without a zone: see `in_zone`."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "medium"})
    return NaiveMoment(
        label=label,
        help_text=help_text,
        widget=widget,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": _("Enter a day and a time, like 2026-11-22 18:30.")},
    )


class NaiveMoment(forms.DateTimeField):
    """A day and a time of day; Django's own field would read them in the server's zone."""

    def to_python(self, value: Any) -> datetime | None:
        """Return them without a zone."""
        found = super().to_python(value)
        return None if found is None else found.replace(tzinfo=None)

    def prepare_value(self, value: Any) -> Any:
        """Show them as they are."""
        return value


def zones() -> list[tuple[str, str]]:
    """Return every time zone that this server knows, UTC first."""
    known = zoneinfo.available_timezones()
    places = sorted(
        name for name in known if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
    )
    return [(UTC_NAME, UTC_NAME), *((name, name.replace("_", " ")) for name in places)]


def in_zone(naive: datetime, zone: str) -> datetime:
    """Return the moment in UTC. Raises ValidationError for a time that the clocks skip or show twice."""
    if zone == UTC_NAME:
        return naive.replace(tzinfo=UTC)
    place = zoneinfo.ZoneInfo(zone)
    first, second = (naive.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise ValidationError(
            _t(
                "The clocks change just then, so that this time is skipped or comes twice. Choose "
                "another one."
            ),
            code="clocks",
        )
    return first.astimezone(UTC)
