# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a question, whatever its kind: its text, the kind's own numbers, and a row for each option.

It gives a contest that the record accepts, or errors beside the fields.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bulletin_board.codec.canonical import MAX_INTEGER, Value
from bulletin_board.errors import BoardError
from tally.contests.errors import ContestError
from tally.contests.protocol import Contest
from tally.contests.registry import contest_from_value
from voting.office.forms.fields import OfficeForm, dress, number
from voting.office.sketch import Sketch, texts_of
from voting.office.words import in_words

MAX_OPTIONS = 200  # in a form; a draft in a file may have more
_TEXT_LIMIT = 1_000
_LABEL_LIMIT = 300
_MOST = 100_000
_AT_FIRST = 3
_MORE = 3
_ID_LENGTH = 40
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of question as officials choose it."""

    name: str
    title: Promise
    text: Promise


KINDS = (
    Kind(
        name="choose-one",
        title=_("Choose one"),
        text=_("Voters mark one option, or none if you allow a blank vote."),
    ),
    Kind(
        name="approval",
        title=_("Choose several"),
        text=_("Voters mark as many options as your limits allow."),
    ),
    Kind(
        name="score",
        title=_("Score"),
        text=_("Voters give each option points of its own, from 0 to a limit."),
    ),
    Kind(
        name="cumulative",
        title=_("Share out points"),
        text=_("Voters have a number of points and share them out among the options."),
    ),
    Kind(
        name="knapsack",
        title=_("Spend a budget"),
        text=_("Options have costs; voters choose any that the budget pays for together."),
    ),
)


class KindForm(OfficeForm):
    """Which kind of question to add."""

    kind = forms.ChoiceField(
        label=_("How do voters answer?"),
        choices=[(kind.name, kind.title) for kind in KINDS],
        widget=forms.RadioSelect,
    )


class OptionForm(OfficeForm):
    """One option: its label in every language, and its cost; without any label it is left out."""

    id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, languages: Sequence[str], known: Mapping[str, Value], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.languages = tuple(languages)
        self.initial.setdefault("id", known.get("id", ""))
        self.add_texts(
            "label",
            languages,
            _("Option"),
            limit=_LABEL_LIMIT,
            required=False,
            values=texts_of(known.get("label"), languages),
        )
        self.fields["cost"] = number(_("Cost"), low=1, high=MAX_INTEGER, required=False)
        self.fields["cost"].widget.attrs.update({"class": "form-control short", "autocomplete": "off"})
        self.initial.setdefault("cost", known.get("cost") or "")

    @property
    def labels(self) -> list[forms.BoundField]:
        """The fields of the label."""
        return [self[f"label_{language}"] for language in self.languages]

    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.texts("label", self.languages).values()) and not self.cleaned_data.get("cost")

    def clean(self) -> dict[str, Any]:
        """A label is there in every language or in none."""
        data: dict[str, Any] = super().clean() or {}
        names = [f"label_{language}" for language in self.languages]
        typed = [name for name in names if data.get(name)]
        if (typed or data.get("cost")) and not self.errors:
            for name in names:
                if name not in typed:
                    self.add_error(name, _t("Enter the option’s name."))
        return data


class QuestionForm(OfficeForm):
    """A question of one kind. `typed` is what was sent; `taken` are the ids of the other questions."""

    def __init__(
        self,
        kind: str,
        languages: Sequence[str],
        known: Sketch | None,
        typed: Mapping[str, str] | None = None,
        taken: Collection[str] = (),
    ) -> None:
        super().__init__(typed)
        self._taken = frozenset(taken)
        self.kind, self.languages = kind, tuple(languages)
        self._known: Sketch = known or {}
        self.add_texts(
            "question",
            languages,
            _("Question"),
            limit=_TEXT_LIMIT,
            values=texts_of(self._known.get("question"), languages),
        )
        for name, field in _kind_fields(kind).items():
            self._add(name, field)
        for name, field in _outcome_fields(kind).items():
            self._add(name, field)
        self.rows = self._rows(typed)

    @property
    def has_costs(self) -> bool:
        """Whether options may have costs."""
        return self.kind != "choose-one"

    @property
    def texts_fields(self) -> list[forms.BoundField]:
        """The fields of the question's text."""
        return [self[f"question_{language}"] for language in self.languages]

    @property
    def rule_fields(self) -> list[forms.BoundField]:
        """The kind's own fields."""
        return [self[name] for name in _kind_fields(self.kind)]

    @property
    def outcome_fields(self) -> list[forms.BoundField]:
        """The fields that decide who wins, and in which order options are shown."""
        return [self[name] for name in _outcome_fields(self.kind)]

    @property
    def kind_title(self) -> Promise:
        """The kind in words."""
        return next(kind.title for kind in KINDS if kind.name == self.kind)

    def rearranged(self, button: str) -> "QuestionForm":
        """Return the form after a button beside the rows: more rows, a row up, or one away."""
        verb, _dash, text = button.partition("-")
        place = int(text) if text.isdecimal() and len(text) < 4 else -1  # noqa: PLR2004  # digits
        values = [self._typed_row(row) for row in self.rows]
        if verb == "more":
            values += [{}] * min(_MORE, MAX_OPTIONS - len(values))
        elif verb == "up" and 0 < place < len(values):
            values[place - 1], values[place] = values[place], values[place - 1]
        elif verb == "away" and 0 <= place < len(values):
            del values[place]
        typed = {name: self.data[name] for name in self.fields if name in self.data}
        fresh = QuestionForm(self.kind, self.languages, self._known, taken=self._taken)
        fresh.initial.update(typed)
        for name, field in self.fields.items():
            if isinstance(field, forms.BooleanField):
                fresh.initial[name] = name in typed
        fresh.rows = [
            OptionForm(self.languages, {}, prefix=f"option-{i}", initial=row) for i, row in enumerate(values)
        ]
        return fresh

    def is_valid(self) -> bool:
        """Check the whole, and build the contest."""
        rows = [row.is_valid() for row in self.rows]
        return super().is_valid() and all(rows) and self._build()

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(id of a field, what is wrong with it), in the order of the page."""
        found = []
        for form in (self, *self.rows):
            for name, errors in form.errors.items():
                target = (
                    form[name].id_for_label
                    if name in form.fields
                    else "id_option-0-label_" + self.languages[0]
                )
                found += [(target, str(error)) for error in errors]
        return found

    def contest(self) -> Contest:
        """Return the contest, after `is_valid`."""
        return self._contest

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        dress(field)
        known = self._known.get(name)
        if known is not None and name in self._known:
            self.initial[name] = "" if name in {"seats", "budget"} and known == 0 else known

    def _rows(self, typed: Mapping[str, str] | None) -> list[OptionForm]:
        if typed is not None:
            text = typed.get("rows", "")
            rows = min(int(text), MAX_OPTIONS) if text.isdecimal() and len(text) < 5 else 0  # noqa: PLR2004
            return [OptionForm(self.languages, {}, typed, prefix=f"option-{row}") for row in range(rows)]
        options = self._known.get("options")
        known = (
            [option for option in options if isinstance(option, dict)] if isinstance(options, list) else []
        )
        padded: list[dict[str, Value]] = known or [{}] * _AT_FIRST
        return [OptionForm(self.languages, option, prefix=f"option-{i}") for i, option in enumerate(padded)]

    def _typed_row(self, row: OptionForm) -> dict[str, str]:
        return {name: self.data.get(f"{row.prefix}-{name}", "") for name in row.fields}

    def _build(self) -> bool:
        options = [row for row in self.rows if not row.is_empty()]
        self._check_numbers(options)
        if self.errors or any(row.errors for row in self.rows):
            return False
        try:
            self._contest = contest_from_value(self._value(options))
        except (ContestError, BoardError) as error:
            self.add_error(None, in_words(error))
            return False
        return True

    def _check_numbers(self, options: Sequence[OptionForm]) -> None:
        """What the record refuses, said beside the fields."""
        data, many = self.cleaned_data, len(options)
        least = 1 if data.get("blank") or self.kind != "choose-one" else 2
        if many < least:
            words = ngettext("Enter at least %(least)d option.", "Enter at least %(least)d options.", least)
            self.add_error(None, words % {"least": least})
            return
        self._check_money(options)
        for name in ("minimum", "maximum", "seats"):
            if (data.get(name) or 0) > many:
                self.add_error(name, _t("There are only %(many)d options.") % {"many": many})
        if self.errors:
            return
        if "maximum" in data and data["minimum"] > data["maximum"]:
            self.add_error("minimum", _t("This is more than the most that may be chosen."))
        if "per_option" in data and data["per_option"] > data["points"]:
            self.add_error("per_option", _t("This is more than all points together."))
        if "per_option" in data and data["points"] > data["per_option"] * many:
            self.add_error("points", _t("So many points cannot be given to so few options."))

    def _check_money(self, options: Sequence[OptionForm]) -> None:
        budget = self.cleaned_data.get("budget")
        for row in options:
            cost = row.cleaned_data.get("cost")
            if budget and not cost:
                row.add_error("cost", _t("Enter a cost: there is a budget."))
            elif cost and not budget:
                row.add_error("cost", _t("There is no budget, so there can be no cost."))
        costs = sorted(row.cleaned_data.get("cost") or 0 for row in options)
        needed = sum(costs[: max(1, self.cleaned_data.get("minimum") or 0)])
        if budget and self.kind == "knapsack" and needed > budget:
            self.add_error("budget", _t("The budget does not pay for the cheapest choice that is allowed."))

    def _value(self, options: Sequence[OptionForm]) -> dict[str, Value]:
        data = self.cleaned_data
        budget = data.get("budget") or 0
        asked = self.texts("question", self.languages)
        taken: set[str] = set()
        return {
            "kind": self.kind,
            "id": str(
                self._known.get("id") or unused(identifier(asked[self.languages[0]], "question"), self._taken)
            ),
            "question": dict(asked),
            "options": [self._option(row, taken) for row in options],
            "order": data["order"],
            "seats": 0 if budget else data.get("seats") or 1,
            "budget": budget,
            **{name: data[name] for name in _kind_fields(self.kind) if name != "budget"},
        }

    def _option(self, row: OptionForm, taken: set[str]) -> dict[str, Value]:
        labels = row.texts("label", self.languages)
        known = row.cleaned_data["id"]
        own = known if _IDENTIFIER.fullmatch(known) else identifier(labels[self.languages[0]], "option")
        option = unused(own, taken)
        taken.add(option)
        return {"id": option, "label": dict(labels), "cost": row.cleaned_data.get("cost") or 0}


def identifier(text: str, otherwise: str) -> str:
    """Return an identifier that resembles a text, for the board; `otherwise` where nothing is left of it."""
    return slugify(text)[:_ID_LENGTH].replace("_", "-").strip("-") or otherwise


def unused(wanted: str, taken: Collection[str]) -> str:
    """Return `wanted`, or with a number behind it if it is taken."""
    name, count = wanted, 2
    while name in taken:
        name, count = f"{wanted[:_ID_LENGTH]}-{count}", count + 1
    return name


def _kind_fields(kind: str) -> dict[str, forms.Field]:
    limits: dict[str, forms.Field] = {
        "minimum": number(_("Least number of options to choose"), low=0, high=_MOST, initial=0),
        "maximum": number(_("Greatest number of options to choose"), low=1, high=_MOST),
    }
    if kind == "choose-one":
        blank = forms.BooleanField(
            label=_("Voters may leave this question blank"),
            required=False,
            initial=True,
            help_text=_("Blank votes are counted and shown."),
        )
        return {"blank": blank}
    if kind == "approval":
        return limits
    if kind == "score":
        return {"highest": number(_("Greatest number of points for an option"), low=1, high=_MOST, initial=5)}
    if kind == "cumulative":
        exact = forms.BooleanField(label=_("All points must be given"), required=False)
        return {
            "points": number(_("Points of each voter"), low=1, high=_MOST),
            "per_option": number(_("Most points for one option"), low=1, high=_MOST),
            "exact": exact,
        }
    budget = number(
        _("Budget"),
        low=1,
        high=MAX_INTEGER,
        help_text=_(
            "In whole units, as the costs. No voter can spend more, and it is what the winners are paid from."
        ),
    )
    return {"budget": budget, **limits}


def _outcome_fields(kind: str) -> dict[str, forms.Field]:
    order = forms.ChoiceField(
        label=_("Order in which voters see the options"),
        choices=[("fixed", _("As entered here")), ("random", _("Different for each voter, by lot"))],
    )
    seats = number(
        _("How many options win"),
        low=1,
        high=_MOST,
        initial=1,
        required=False,
        help_text=_("Those with the highest totals."),
    )
    if kind == "knapsack":
        return {"order": order}
    if kind == "choose-one":
        return {"seats": seats, "order": order}
    budget = number(
        _("Budget (optional)"),
        low=1,
        high=MAX_INTEGER,
        required=False,
        help_text=_(
            "With a budget every option needs a cost, and instead of a number of winners the highest "
            "totals are funded "
            "as far as the budget goes."
        ),
    )
    return {"seats": seats, "budget": budget, "order": order}
