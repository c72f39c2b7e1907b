# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that starts a booth, judged: it may run one module of the booth, and nothing else.

Pure. Whatever is not known to be harmless is refused, and so is whatever another parser could read in another
way. What the page says in words is not judged.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tally.monitor.errors import ForeignCode, WeakPolicy


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILE = re.compile(
    r"(?P<folder>/static/booth/(?P<digest>[0-9a-f]{64})/)"
    r"(?P<file>[a-z0-9_]+(?:[/.-][a-z0-9_]+)*\.(?P<kind>js|css))"
)
# So few forms of markup that there is one way to read them: no comment, no "<" but that of a tag, every
# attribute in double quotes. Then what stands in <title> or <noscript> hides nothing from this parser.
_TOKEN = re.compile(
    r"<!DOCTYPE html>|</[a-z][a-z0-9]*>"
    r'|<[a-z][a-z0-9]*(?:[ \t\n]+[a-zA-Z][a-zA-Z-]*(?:="[^"<>]*")?)*[ \t\n]*/?>|[^<]+'
)
_ELEMENTS = _words(
    "a bdi body br button code details div em footer form h1 h2 h3 head header html input li link main "
    "meta nav noscript ol p path rect script section small span strong summary svg time title ul"
)
_ATTRIBUTES = _words(
    "action charset class content d datetime dir fetchpriority focusable height href hreflang id lang method "
    "name rel role rx src stroke-width tabindex type value viewbox width"
)
_NAMED = _words("button input meta")  # a name elsewhere can stand before a property of the document
_HERE = re.compile(r"(?:#|/(?![/\\])|\?)[!-\[\]-~]*|#?")  # printable, without a backslash: on this server
_LANGUAGE_FORM = "/language/setlang/"
_ICON = "data:image/svg+xml,"
_SHEETS, _PRELOADS = "stylesheet", "modulepreload"
_LINKS = {_SHEETS: "css", _PRELOADS: "js"}
_BOOTH = "booth"  # the id of the element whose data the modules start from
_HTML = re.compile(r"text/html; ?charset=utf-8", re.IGNORECASE)
# Headers by which a browser is led on, loads something or reports to somebody.
_LEADING = _words(
    "content-security-policy-report-only link nel refresh report-to reporting-endpoints speculation-rules"
)
_REQUIRED = {
    "default-src": {"'none'"},
    "img-src": {"data:"},  # a style sends what it sees by asking for an image
    "font-src": {"'none'"},
    "manifest-src": {"'none'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "require-trusted-types-for": {"'script'"},
    "trusted-types": {"veritally"},
}
_CONFINED = ("script-src", "style-src", "worker-src")
_HARMLESS = {"upgrade-insecure-requests"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booth:
    """Where the page's one module lies: its folder on the server, the digest in its name, the file.

    `files` are the other files of the folder that the page names; `data` is what the modules start from, the
    attributes of its element that begin with "data-", without that.
    """

    folder: str
    digest: str
    file: str
    files: tuple[str, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)


def check_headers(headers: tuple[tuple[str, str], ...]) -> None:
    """Raise ForeignCode unless a page with these headers is UTF-8, stays, and loads no more than it says."""
    for name, value in headers:
        if name in _LEADING:
            raise ForeignCode(f"the header {name} has no place on a booth's page", computed=value[:200])
    kinds = [value for name, value in headers if name == "content-type"]
    if len(kinds) != 1 or not _HTML.fullmatch(kinds[0]):
        raise ForeignCode("Content-Type", expected="text/html; charset=utf-8", computed=kinds)


def read_page(data: bytes) -> Booth:
    """Return the booth that the page starts. Raises ForeignCode."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ForeignCode("a page that is not UTF-8") from None
    _check_tokens(text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if len(reader.modules) != 1 or len(reader.starts) != 1:
        found = len(reader.modules), len(reader.starts)
        raise ForeignCode("a booth's page has one script and one place to start", computed=found)
    module = reader.modules[0]
    if any(found["folder"] != module["folder"] for found in reader.files):
        raise ForeignCode("a file of another booth")
    return Booth(
        folder=module["folder"],
        digest=module["digest"],
        file=module["file"],
        files=tuple(found["file"] for found in reader.files),
        data=dict(reader.starts[0]),
    )


def check_policy(header: str, *, host: str, folder: str) -> None:
    """Raise WeakPolicy unless the Content-Security-Policy admits code and styles of this folder alone.

    `host` is that of the page, with its port if that is not the usual one.
    """
    expected = _REQUIRED | {name: {f"{host}{folder}"} for name in _CONFINED}
    found: dict[str, set[str]] = {}
    for part in header.split(";"):
        name, *sources = part.split() or [""]
        if name in found:
            raise WeakPolicy(f"{name} twice", computed=header)
        found[name] = set(sources)
    for name, values in expected.items():
        if found.get(name) != values:
            raise WeakPolicy(name, expected=sorted(values), computed=sorted(found.get(name, ())))
    for name in found.keys() - expected.keys() - _HARMLESS - {""}:
        raise WeakPolicy(f"{name} is not known", computed=sorted(found[name]))


def _check_tokens(text: str) -> None:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ForeignCode(
                "markup that can be read in more than one way", computed=text[place : place + 80]
            )
        place = found.end()


class _Reader(HTMLParser):
    """Collects what the page loads of the booth, and refuses what else could run, ask or send."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.modules: list[re.Match[str]] = []
        self.files: list[re.Match[str]] = []
        self.starts: list[tuple[tuple[str, str], ...]] = []
        self._forms = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if len(values) != len(attrs):
            raise ForeignCode(f"<{tag}> has an attribute twice")
        if tag not in _ELEMENTS:
            raise ForeignCode(f"<{tag}> has no place on a booth's page")
        for name in values:
            _check_attribute(tag, name)
        if values.get("id") == _BOOTH:
            self.starts.append(tuple(_data_of(values)))
        self._check_element(tag, values)

    def _check_element(self, tag: str, values: dict[str, str]) -> None:
        if tag == "script":
            self.modules.append(_module_of(values))
        elif tag == "link":
            self.files += _linked(values)
        elif tag == "form":
            self._forms += 1
            if self._forms > 1 or values.get("action") != _LANGUAGE_FORM or values.get("method") != "post":
                raise ForeignCode("a form that is not that for the language", computed=values.get("action"))
        elif tag == "input" and values.get("type") != "hidden":
            raise ForeignCode("a field that is not the booth's", computed=values.get("type"))
        elif "src" in values or "action" in values or not _HERE.fullmatch(values.get("href", "")):
            raise ForeignCode(f"<{tag}> leads elsewhere", computed=values.get("href", "")[:200])

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and data.strip():
            raise ForeignCode("a script that stands in the page itself")


def _check_attribute(tag: str, name: str) -> None:
    is_known = name in _ATTRIBUTES or name.startswith(("aria-", "data-"))
    if not is_known or (name == "name" and tag not in _NAMED):
        raise ForeignCode(f"<{tag}> has {name}")


def _data_of(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    return ((name[5:], value) for name, value in values.items() if name.startswith("data-"))


def _linked(values: dict[str, str]) -> list[re.Match[str]]:
    """Return the file of the booth that a <link> loads; an icon loads none."""
    rel, address = values.get("rel", ""), values.get("href", "")
    if rel == "icon" and address.startswith(_ICON):
        return []
    known = {"rel", "href"} | ({"fetchpriority"} if rel == _PRELOADS else set())
    if rel not in _LINKS or not {"rel", "href"} <= set(values) <= known:
        raise ForeignCode("<link> loads something unknown", computed=rel)
    return [_file_of(address, _LINKS[rel])]


def _module_of(values: dict[str, str]) -> re.Match[str]:
    if set(values) != {"type", "src"} or values["type"] != "module":
        raise ForeignCode("a script that is no module of the booth", computed=sorted(values))
    return _file_of(values["src"], "js")


def _file_of(address: str, kind: str) -> re.Match[str]:
    found = _FILE.fullmatch(address)
    if found is None or found["kind"] != kind:
        raise ForeignCode("a file from elsewhere", computed=address[:200])
    return found
