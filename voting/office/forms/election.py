# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms that describe an election: title and languages, dates, registrar and rules, trustees' numbers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bulletin_board.codec.canonical import MAX_INTEGER
from bulletin_board.codec.fields import TEXT_LIMIT
from bulletin_board.errors import UnusableKeyFile
from tally.crypto.errors import CryptoError
from tally.crypto.parameters import MODULUS_BITS, TEST_MODULUS_BITS
from tally.record.parties import BY_REGISTRAR, BY_SERVER, BY_VOTERS, MAX_TRUSTEES, NAME_LIMIT, Registrar
from tally.record.terms import MAX_CHECK_HOURS, Rules, Schedule
from voting.drafts import least_acknowledgements
from voting.mailed import registrar_key
from voting.office.forms.fields import (
    BALLOT_LANGUAGES,
    KeyField,
    OfficeForm,
    PlainText,
    dress,
    in_zone,
    moment,
    number,
    zones,
)
from voting.office.readiness import trustee_problems
from voting.office.sketch import Sketch, languages_of, part_of, texts_of
from voting.services.opened import allow_test_modulus

_TITLE_LIMIT = 200
_LANGUAGES = list(BALLOT_LANGUAGES)
_SLUG = r"[a-z0-9][a-z0-9-]{0,63}"


def slug_field() -> forms.RegexField:
    """Return the election's part of the address."""
    return forms.RegexField(
        label=_("Address"),
        regex=rf"\A{_SLUG}\Z",
        max_length=64,
        help_text=_(
            "Its part of the web address, such as spring-2027: small letters, digits and hyphens. "
            "The board bears it."
        ),
        widget=forms.TextInput(
            attrs={"class": "medium mono", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}
        ),
        error_messages={
            "invalid": _("Use small letters a to z, digits and hyphens only, such as spring-2027.")
        },
    )


class StartForm(OfficeForm):
    """The first page: enough to have a task list."""

    title = PlainText(label=_("Title"), max_length=_TITLE_LIMIT, help_text=_("In the first language."))
    slug = slug_field()
    first = forms.ChoiceField(
        label=_("First language"),
        choices=_LANGUAGES,
        help_text=_("What is missing in a voter’s own language is shown in this one."),
    )
    others = forms.MultipleChoiceField(
        label=_("Other languages on the ballot"),
        choices=_LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Every text is then asked for in each of them."),
    )
    rehearsal = forms.BooleanField(
        label=_("This is a rehearsal"),
        required=False,
        help_text=_("It may open and close at any time, and every page says that it does not count."),
    )

    def languages(self) -> tuple[str, ...]:
        """Return the languages, the first one first."""
        first: str = self.cleaned_data["first"]
        return (
            first,
            *(code for code, _name in _LANGUAGES if code in self.cleaned_data["others"] and code != first),
        )


class DetailsForm(OfficeForm):
    """What is said of the whole, in every language."""

    def __init__(self, sketch: Sketch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = languages_of(sketch)
        self.add_texts(
            "title",
            self._known,
            _("Title"),
            limit=_TITLE_LIMIT,
            values=texts_of(sketch["title"], self._known),
        )
        self.add_texts(
            "description",
            self._known,
            _("Description (optional)"),
            limit=TEXT_LIMIT,
            required=False,
            values=texts_of(sketch["description"], self._known),
            help_text=_("A few sentences that voters read above the questions."),
            rows=3,
        )
        more: dict[str, forms.Field] = {
            "slug": slug_field(),
            "first": forms.ChoiceField(label=_("First language"), choices=_LANGUAGES),
            "others": forms.MultipleChoiceField(
                label=_("Other languages on the ballot"),
                choices=_LANGUAGES,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_(
                    "To take a language away deletes all texts in it. A new one has to be filled in "
                    "everywhere."
                ),
            ),
            "rehearsal": forms.BooleanField(
                label=_("This is a rehearsal"),
                required=False,
                help_text=_("It may open and close at any time, and every page says that it does not count."),
            ),
            "modulus_bits": forms.TypedChoiceField(
                label=_("Strength of the key"),
                coerce=int,
                choices=[(bits, _("%(bits)d bits") % {"bits": bits}) for bits in _sizes()],
                help_text=_("3072 bits for an election; 2048 is quicker, for a rehearsal."),
            ),
        }
        initial: dict[str, object] = {
            "slug": sketch["slug"],
            "first": self._known[0],
            "others": self._known[1:],
            "rehearsal": sketch["rehearsal"],
            "modulus_bits": sketch["modulus_bits"],
        }
        for name, field in more.items():
            self.fields[name] = field
            dress(field)
            self.initial.setdefault(name, initial[name])

    def details(self) -> dict[str, Any]:
        """Return the arguments of `sketch.with_details`."""
        data = self.cleaned_data
        first: str = data["first"]
        languages = (first, *(code for code, _name in _LANGUAGES if code in data["others"] and code != first))
        title, description = self.texts("title", self._known), self.texts("description", self._known)
        return {
            "slug": data["slug"],
            "title": {language: title.get(language, "") for language in languages},
            "description": {language: description.get(language, "") for language in languages},
            "languages": languages,
            "rehearsal": data["rehearsal"],
            "modulus_bits": data["modulus_bits"],
        }


class DatesForm(OfficeForm):
    """When voting opens and closes, in a named zone, and how long voters may check before the count."""

    time_zone = forms.ChoiceField(
        label=_("Time zone of these times"), help_text=_("The record holds them in UTC.")
    )
    opens = moment(_("Voting opens"))
    closes = moment(_("Voting closes"))
    check_period_hours = number(
        _("Hours for checking, between closing and counting"),
        low=0,
        high=MAX_CHECK_HOURS,
        initial=24,
        help_text=_(
            "In this time voters can look for their ballots and complain. The count cannot start before."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time_zone"]
        if isinstance(field, forms.ChoiceField):
            field.choices = zones()

    @staticmethod
    def initial_of(sketch: Sketch, opens: datetime, closes: datetime, zone: str) -> dict[str, object]:
        """Return what the form shows at first."""
        part = part_of(sketch, "schedule")
        found: dict[str, object] = {"time_zone": zone}
        if part is not None:
            place = ZoneInfo(zone)
            found |= {"opens": opens.astimezone(place), "closes": closes.astimezone(place)}
            found["check_period_hours"] = part["check_period_hours"]
        return found

    def clean(self) -> dict[str, Any]:
        """Read both times in the zone; closing comes after opening."""
        data: dict[str, Any] = super().clean() or {}
        for name in ("opens", "closes"):
            if name in data and "time_zone" in data:
                try:
                    data[name] = in_zone(data[name], data["time_zone"])
                except ValidationError as error:
                    self.add_error(name, error)
        if {"opens", "closes"} <= data.keys() and not self.errors and data["closes"] <= data["opens"]:
            self.add_error("closes", _t("Voting must close after it opens."))
        return data

    def schedule(self) -> Schedule:
        """Return the dates."""
        data = self.cleaned_data
        return Schedule(
            opens=data["opens"], closes=data["closes"], check_period_hours=data["check_period_hours"]
        )


class VotersForm(OfficeForm):
    """Who signs the roll, and what holds for every voter."""

    registrar_name = PlainText(
        label=_("Name of the registrar"),
        max_length=NAME_LIMIT,
        help_text=_("Who knows the voters, vouches for them, and signs the roll. Voters see this name."),
    )
    credentials = forms.ChoiceField(
        label=_("Who makes the voters’ codes"),
        choices=(
            (BY_REGISTRAR, _("The registrar, on another machine, and hands them out")),
            (BY_VOTERS, _("Each voter’s own browser: voters register here, and the registrar confirms them")),
            (
                BY_SERVER,
                _("This server, which mails them: the weaker choice, for up to 2,000 voters"),
            ),
        ),
        widget=forms.RadioSelect,
        initial=BY_REGISTRAR,
        required=False,
        help_text=_(
            "Voters see which. Where they register, this server learns who votes, never how. Where it makes "
            "the codes, whoever runs it could keep them, and vote in voters’ place."
        ),
    )
    registrar_key = KeyField(
        label=_("The registrar’s public key"),
        max_length=64,
        required=False,
        help_text=_(
            "From the file that ends in .key.pub. Have it read to you over another channel, and compare. "
            "Leave it empty where this server mails the codes: its own key is taken."
        ),
    )
    roll_capacity = number(
        _("Greatest total weight of all voters"),
        low=1,
        high=MAX_INTEGER,
        help_text=_(
            "The number of voters where each counts once. Leave some room: it cannot grow later, and a new "
            "code for a voter who lost theirs needs its weight once more."
        ),
    )
    ballots_per_credential = number(
        _("Ballots that one voter may cast"),
        low=1,
        high=1000,
        initial=5,
        help_text=_("Only the last one counts. Voting again helps voters who were watched or pressed."),
    )
    minimum_counted = number(
        _("Least number of ballots for a count"),
        low=1,
        high=MAX_INTEGER,
        initial=10,
        help_text=_("Trustees refuse to open the sum of fewer: it would say too much about each."),
    )

    @staticmethod
    def initial_of(sketch: Sketch) -> dict[str, object]:
        """Return what the form shows at first."""
        registrar, rules = part_of(sketch, "registrar"), part_of(sketch, "rules")
        if registrar is None or rules is None:
            return {}
        return {
            "registrar_name": registrar["name"],
            "registrar_key": registrar["key"],
            "credentials": registrar["credentials"],
            "roll_capacity": sketch["roll_capacity"],
            **rules,
        }

    def clean(self) -> dict[str, Any]:
        """The key is a safe one; the minimum can be reached."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("credentials") == BY_SERVER:
            self._take_own_key(data)
        elif not data.get("registrar_key") and "registrar_key" not in self.errors:
            self.add_error("registrar_key", self.fields["registrar_key"].error_messages["required"])
        if data.get("registrar_key"):
            try:
                self.registrar(data).check()
            except CryptoError:
                self.add_error("registrar_key", _t("This is not a safe key. Ask the registrar for it again."))
        if not self.errors and data["minimum_counted"] > data["roll_capacity"]:
            self.add_error(
                "minimum_counted",
                _t("This is more than the greatest total weight, so nothing could be counted."),
            )
        return data

    def _take_own_key(self, data: dict[str, Any]) -> None:
        try:
            data["registrar_key"] = registrar_key.public_key()
        except UnusableKeyFile:
            words = _t("This server has no key for that. Its administrator can make one: %(command)s.")
            self.add_error("credentials", words % {"command": "manage.py make_registrar_key"})

    @staticmethod
    def registrar(data: Mapping[str, Any]) -> Registrar:
        """Return the registrar."""
        return Registrar(
            name=data.get("registrar_name", ""),
            key=data["registrar_key"],
            credentials=data.get("credentials") or BY_REGISTRAR,
        )

    def rules(self) -> Rules:
        """Return the voters' rules."""
        data = self.cleaned_data
        return Rules(
            minimum_counted=data["minimum_counted"], ballots_per_credential=data["ballots_per_credential"]
        )


class TrusteeNumbersForm(OfficeForm):
    """How many of the seated trustees must work together, and how many must confirm the closed board."""

    threshold = number(
        _("How many must work together"),
        low=1,
        high=MAX_TRUSTEES,
        help_text=_(
            "More than half. So many can open the sum of all ballots; fewer can open nothing. If "
            "more than the rest "
            "lose their keys, the election can never be counted."
        ),
    )
    acknowledgements = number(
        _("How many must confirm the closed board (optional)"),
        low=1,
        high=MAX_TRUSTEES,
        required=False,
        help_text=_(
            "Before anything is opened, so many trustees sign that they all see the same board, so "
            "that no two sets "
            "of ballots can ever be opened. Left empty, the least safe number is taken."
        ),
    )

    def __init__(self, seats: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seats = seats

    def clean(self) -> dict[str, Any]:
        """Both fit the number of seats, as the manifest will demand."""
        data: dict[str, Any] = super().clean() or {}
        threshold = data.get("threshold")
        if threshold is None or self.errors:
            return data
        data["acknowledgements"] = data.get("acknowledgements") or least_acknowledgements(
            self._seats, threshold
        )
        for problem in trustee_problems(self._seats, threshold, data["acknowledgements"]):
            low = threshold > self._seats or 2 * threshold <= self._seats
            self.add_error("threshold" if low else "acknowledgements", problem)
        return data


def _sizes() -> tuple[int, ...]:
    ordered = tuple(sorted(MODULUS_BITS, reverse=True))
    return (*ordered, TEST_MODULUS_BITS) if allow_test_modulus() else ordered
