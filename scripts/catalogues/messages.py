# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text to be translated, as the sources have it, and the languages it is translated into."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# language -> (how many plural forms, which one for n): GNU gettext's formulae; the order of forms is CLDR's.
PLURALS = {
    "es": (2, "n != 1"),
    "fr": (2, "n > 1"),
    "de": (2, "n != 1"),
    "ar": (6, "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`plural` and `context` are "" where there are none; `places` are paths, `notes` are for translators."""

    text: str
    plural: str = ""
    context: str = ""
    places: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells messages apart: of two with one key there can be only one translation."""
        return self.context, self.text


class TwoMeanings(Exception):
    """One text is once used with a plural and once without, or with two different plurals."""


def merged(found: Iterable[Message]) -> tuple[Message, ...]:
    """Return each message once, with all its places. Raises TwoMeanings."""
    known: dict[tuple[str, str], Message] = {}
    for message in found:
        before = known.get(message.key, message)
        if before.plural and message.plural and before.plural != message.plural:
            raise TwoMeanings(f"{message.text!r} has two plurals: {before.places}, {message.places}")
        known[message.key] = Message(
            text=message.text,
            plural=before.plural or message.plural,
            context=message.context,
            places=tuple(_once((*before.places, *message.places))),
            notes=tuple(_once((*before.notes, *message.notes))),
        )
    return tuple(known.values())


def _once(items: Iterable[str]) -> Iterator[str]:
    return iter(dict.fromkeys(items))
