# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that starts a booth, judged: it may run one module of the booth, and nothing else.

Pure. Whatever is not known to be harmless is refused. A page that hides code well enough from this parser
still meets the browser's own policy, which `check_policy` judges.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from tally.monitor.errors import ForeignCode, WeakPolicy

_MODULE = re.compile(r"(?P<folder>/static/booth/(?P<digest>[0-9a-f]{64})/)(?P<file>[a-z]+\.js)")
# Elements that run, embed or redirect, whatever their attributes say.
_FORBIDDEN = frozenset(
    ("applet", "base", "embed", "frame", "frameset", "iframe", "object", "portal", "style", "template")
)
_LINKS = frozenset(("icon", "stylesheet"))
_URLS = frozenset(("action", "formaction", "href", "src", "xlink:href"))
_REQUIRED = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "worker-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "require-trusted-types-for": {"'script'"},
    "trusted-types": {"veritally"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booth:
    """Where the page's one module lies: its folder on the server, the digest in its name, the file."""

    folder: str
    digest: str
    file: str


def read_page(text: str) -> Booth:
    """Return the booth that the page starts. Raises ForeignCode."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if len(reader.modules) != 1:
        raise ForeignCode("a booth's page has one script", expected=1, computed=len(reader.modules))
    return reader.modules[0]


def check_policy(header: str) -> None:
    """Raise WeakPolicy unless the Content-Security-Policy admits the server's own scripts and no others."""
    found: dict[str, set[str]] = {}
    for part in header.split(";"):
        name, *values = part.split() or [""]
        if name in found:
            raise WeakPolicy(f"{name} twice", computed=header)
        found[name] = set(values)
    for name, expected in _REQUIRED.items():
        if found.get(name) != expected:
            raise WeakPolicy(name, expected=sorted(expected), computed=sorted(found.get(name, ())))
    stray = [name for name in found if name.startswith("script-src-")]
    if stray:
        raise WeakPolicy(stray[0], computed=sorted(found[stray[0]]))


class _Reader(HTMLParser):
    """Collects the module scripts and refuses what else could run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.modules: list[Booth] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if len(values) != len(attrs):
            raise ForeignCode(f"<{tag}> has an attribute twice")
        if tag in _FORBIDDEN:
            raise ForeignCode(f"<{tag}> has no place on a booth's page")
        for name, value in values.items():
            _check_attribute(tag, name, value)
        if tag == "meta" and "http-equiv" in values:
            raise ForeignCode("<meta http-equiv> could redirect the page", computed=values["http-equiv"])
        if tag == "link" and values.get("rel") not in _LINKS:
            raise ForeignCode("<link> loads something unknown", computed=values.get("rel"))
        if tag == "script":
            self.modules.append(_module_of(values))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and data.strip():
            raise ForeignCode("a script that stands in the page itself")


def _check_attribute(tag: str, name: str, value: str) -> None:
    if name.startswith("on"):
        raise ForeignCode(f"<{tag}> runs code by {name}")
    if name in {"style", "srcdoc", "ping", "background", "manifest"}:
        raise ForeignCode(f"<{tag}> has {name}")
    if name in _URLS:
        parts = urlsplit(value.strip())
        if parts.netloc or parts.scheme:
            raise ForeignCode(f"<{tag}> leads elsewhere", computed=value[:200])


def _module_of(values: dict[str, str]) -> Booth:
    if set(values) != {"type", "src"} or values["type"] != "module":
        raise ForeignCode("a script that is no module of the booth", computed=sorted(values))
    found = _MODULE.fullmatch(values["src"])
    if found is None:
        raise ForeignCode("a script from elsewhere", computed=values["src"][:200])
    return Booth(folder=found["folder"], digest=found["digest"], file=found["file"])
