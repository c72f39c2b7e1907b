# SPDX-License-Identifier: AGPL-3.0-or-later
"""Find what voters read: in templates, in Python and in the booth's modules.

What only officials read is English, and is not looked for.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from django.utils.translation.template import templatize

from scripts.catalogues.messages import Message, merged

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
PROGRAMS = ROOT / "voting"
BOOTH = ROOT / "voting/static/voting/booth"
CATALOGUES = BOOTH / "texts"
# Read by officials and administrators only.
ENGLISH_ONLY = (
    "templates/office/",
    "voting/demonstration/",
    "voting/importers/",
    "voting/mailed/views.py",
    "voting/management/",
    "voting/office/",
    "voting/registration/forms.py",
    "voting/registration/views/office.py",
    "voting/rehearsal/",
)
_NOTE = "Translators:"
_ONE, _MANY, _IN_CONTEXT, _MANY_IN_CONTEXT = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
_PYTHON = {
    **dict.fromkeys(("_", "_t", "gettext", "gettext_lazy", "gettext_noop"), _ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _MANY),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), _IN_CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), _MANY_IN_CONTEXT),
}
_SCRIPT = {"say": _ONE, "sayMany": _MANY}
_CALL = re.compile(r"(?<![\w.#])(?:say|sayMany)\(")
_LITERAL = re.compile(r"\s*\"(?:[^\"\\\n]|\\.)*\"\s*[,)]")


class NoLiteral(Exception):
    """say() or sayMany() with something else than a literal: a text that is put together cannot be found."""


class Overlooked(Exception):
    """There are more calls of say() and sayMany() than messages were found."""


def of_pages() -> tuple[Message, ...]:
    """Return what the server says to voters, on pages and in messages."""
    templates = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt", ".xml"})
    programs = sorted(PROGRAMS.rglob("*.py"))
    return merged([*_each(templates, in_template), *_each(programs, in_program)])


def of_booth() -> tuple[Message, ...]:
    """Return what the booth's modules say. Raises NoLiteral."""
    modules = sorted(path for path in BOOTH.rglob("*.js") if CATALOGUES not in path.parents)
    return merged(_each([path for path in modules if path != BOOTH / "texts.js"], in_module))


def in_template(source: str, place: str) -> Iterator[Message]:
    """Yield the messages of a Django template."""
    # In brackets, because the indentation of a template means nothing.
    return _found("python", f"(\n{templatize(source)}\n)", _PYTHON, place)


def in_program(source: str, place: str) -> Iterator[Message]:
    """Yield the messages of a Python module."""
    return _found("python", source, _PYTHON, place)


def in_module(source: str, place: str) -> Iterator[Message]:
    """Yield the messages of a JavaScript module. Raises NoLiteral, Overlooked."""
    calls = list(_CALL.finditer(source))
    for call in calls:
        if not _LITERAL.match(source, call.end()):
            line = source.count("\n", 0, call.start()) + 1
            raise NoLiteral(f"{place}:{line}: {source[call.start() :].splitlines()[0]}")
    found = list(_found("javascript", source, _SCRIPT, place))
    if len(found) != len(calls):
        raise Overlooked(f"{place}: {len(calls)} calls, {len(found)} messages")
    yield from found


def _each(paths: Iterable[Path], read: Callable[[str, str], Iterator[Message]]) -> Iterator[Message]:
    for path in paths:
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(ENGLISH_ONLY):
            yield from read(path.read_text(encoding="utf-8"), place)


def _found(method: str, source: str, keywords: Mapping[str, Any], place: str) -> Iterator[Message]:
    options = {"encoding": "utf-8", "jsx": False, "parse_template_string": True}
    lines = io.BytesIO(source.encode())
    for _line, text, notes, context in extract(method, lines, keywords, (_NOTE,), options):
        one, plural = (text[0], text[1]) if isinstance(text, tuple) else (text, "")
        yield Message(
            text=one, plural=plural, context=context or "", places=(place,), notes=tuple(map(_note, notes))
        )


def _note(comment: str) -> str:
    return comment.removeprefix(_NOTE).strip()
