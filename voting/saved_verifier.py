# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier in the browser as one HTML file that needs no server and no network.

    python manage.py save_verifier FILE

Its modules are joined into two scripts: one for the page, and one for the workers that the page makes of text
in the file. The file's own policy names the hashes of what may run. It does not know what is verified.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from voting.served_code import VERIFIER

NAME = "veritally-verifier.html"

_STATIC = VERIFIER.folder.parent
_STYLES = (
    "booth/style/vendor/bootstrap/bootstrap.min.css",
    "booth/style/tokens.css",
    "booth/style/site.css",
    "booth/style/components.css",
    "booth/style/patterns.css",
    "booth/style/pages.css",
    "verifier/verifier.css",
)
_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
_META = re.compile(r"\bimport\.meta\b")


class NotBundled(Exception):
    """A module of the verifier in a form that is not known here."""


def saved_verifier() -> bytes:
    """Return the file, in the language that is active."""
    page, worker, styles = joined("saved.js"), joined("worker.js"), _styles()
    context = {
        "policy": _policy(page, styles),
        "digest": VERIFIER.digest(),
        "styles": _element("style", "", styles),
        "programs": _element("script", ' id="verifier-worker" type="text/plain"', worker)
        + _element("script", "", page),
        "cards": (),
        "chosen": "",
        "allow_test_modulus": False,
    }
    return render_to_string("voting/saved_verifier.html", context).lstrip().encode()


@cache
def joined(entry: str) -> str:
    """Return a module of the verifier and all that it imports as one script. Raises NotBundled.

    Each module becomes a function that is called once, after those that it imports, and returns its exports.
    """
    order: list[str] = []
    _visit(entry, order, ())
    parts = [f'modules["{name}"] = (() => {{\n{_body(name)}}})();\n' for name in order]
    return f'"use strict";\n{{\nconst modules = {{}};\n{"".join(parts)}}}\n'


def _visit(name: str, order: list[str], above: tuple[str, ...]) -> None:
    """Append a module to `order` after those that it imports."""
    if name in order:
        return
    if name in above:
        raise NotBundled(f"{name} imports itself")
    for _, found in _IMPORT.findall(_source(name)):
        _visit(_place(name, found), order, (*above, name))
    order.append(name)


def _body(name: str) -> str:
    """Return what a module does, its imports taken from `modules` and its exports returned."""
    source = _source(name)
    exports = ", ".join(_EXPORT.findall(source))
    source = _IMPORT.sub(
        lambda found: f'const {{{_renamed(found[1])}}} = modules["{_place(name, found[2])}"];\n', source
    )
    source = re.sub(r"^export (?=async |function|class|const)", "", source, flags=re.MULTILINE)
    if re.search(r"^(?:import|export)\b", source, flags=re.MULTILINE) or _META.search(source):
        raise NotBundled(f"{name} imports or exports in another form")
    return f"{source}return {{ {exports} }};\n"


def _renamed(names: str) -> str:
    return re.sub(r"(\w+) as (\w+)", r"\1: \2", names)


def _place(importer: str, found: str) -> str:
    return normpath(join(dirname(importer), found))


@cache
def _source(name: str) -> str:
    path = VERIFIER.folder / name
    if not path.is_file():
        raise NotBundled(f"no module {name}")
    source = path.read_text("utf-8")
    if "</" in source:  # it would end the element that it stands in
        raise NotBundled(f"{name} holds a closing tag")
    return source


@cache
def _styles() -> str:
    return "".join(_style(_STATIC / name) for name in _STYLES)


def _style(path: Path) -> str:
    text = path.read_text("utf-8")
    if "</" in text:
        raise NotBundled(f"{path.name} holds a closing tag")
    return text


def _element(name: str, attributes: str, content: str) -> SafeString:
    return mark_safe(f"<{name}{attributes}>{content}</{name}>\n")  # noqa: S308  # our own files


def _policy(page: str, styles: str) -> str:
    """Nothing may be fetched; one script and one style sheet may run, and workers made of text."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(page)}",
            f"style-src {_hash(styles)}",
            "img-src data:",
            "worker-src blob:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types veritally",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
