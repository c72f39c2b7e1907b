# SPDX-License-Identifier: AGPL-3.0-or-later
"""PO files: read, and written with the messages of the sources.

They hold no dates and no line numbers, so that they differ only where a text does.
"""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from scripts.catalogues.extraction import ROOT
from scripts.catalogues.messages import PLURALS, Message

LOCALE = ROOT / "locale"
PAGES, BOOTH = "django", "djangojs"
_WIDTH = 100

Key = tuple[str, str]  # context, text
Translations = Mapping[Key, tuple[str, ...]]  # one text, or all plural forms; all empty: not translated yet


def path_of(language: str, domain: str) -> Path:
    """Return where a catalogue is."""
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def header_of(language: str) -> str:
    """Return the text that says how a catalogue is to be read."""
    number, formula = PLURALS[language]
    return (
        f"Language: {language}\n"
        "MIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=UTF-8\n"
        "Content-Transfer-Encoding: 8bit\n"
        f"Plural-Forms: nplurals={number}; plural=({formula});\n"
    )


def read(path: Path) -> dict[Key, tuple[str, ...]]:
    """Return the translations of a catalogue; none where there is no file."""
    if not path.exists():
        return {}
    catalog = read_po(io.BytesIO(path.read_bytes()), abort_invalid=True)
    return {
        (str(message.context or ""), _first(message.id)): _forms(message.string)
        for message in catalog
        if message.id
    }


def written(language: str, messages: Sequence[Message], translations: Translations) -> str:
    """Return the text of a catalogue that has exactly these messages."""
    catalog = Catalog(locale=language, charset="utf-8")
    for message in messages:
        forms = translations.get(message.key, ())
        catalog.add(
            (message.text, message.plural) if message.plural else message.text,
            _as_many(forms, PLURALS[language][0]) if message.plural else (forms or ("",))[0],
            locations=[(place, 0) for place in message.places],
            auto_comments=message.notes,
            context=message.context or None,
        )
    body = io.BytesIO()
    write_po(body, catalog, width=_WIDTH, omit_header=True, include_lineno=False)
    head = "".join(f'"{line}\\n"\n' for line in header_of(language).splitlines())
    licence = "# SPDX-License-Identifier: AGPL-3.0-or-later\n# See docs/translating.md.\n"
    return f'{licence}msgid ""\nmsgstr ""\n{head}\n{body.getvalue().decode()}'


def missing(messages: Sequence[Message], translations: Translations) -> tuple[Message, ...]:
    """Return the messages of which a translation, or one of its forms, is empty."""
    return tuple(message for message in messages if not all(translations.get(message.key, ("",))))


def _first(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _as_many(forms: tuple[str, ...], number: int) -> tuple[str, ...]:
    """What was one text before it had a plural is not guessed at."""
    return forms if len(forms) == number else ("",) * number
