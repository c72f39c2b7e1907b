# SPDX-License-Identifier: AGPL-3.0-or-later
"""HTML as a tree, so that no text can ever become markup. Knows nothing of what a page says."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from tally.verifier.plain import plain

Element = ET.Element
Child = Element | str | None


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """Return an element; `class_` is the attribute class, `_` in other names a hyphen; None is left out."""
    made = ET.Element(tag)
    for name, value in attributes.items():
        made.set(name.rstrip("_").replace("_", "-"), plain(value))
    for child in children:
        _append(made, child)
    return made


def _append(parent: Element, child: Child) -> None:
    if child is None:
        return
    if not isinstance(child, str):
        parent.append(child)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + _lines(child)
    else:
        parent.text = (parent.text or "") + _lines(child)


def _lines(text: str) -> str:
    return "\n".join(map(plain, text.split("\n")))


def style(rules: str) -> Element:
    """Return a style sheet: the one text that is not escaped, so never one from outside."""
    made = ET.Element("style")
    made.text = rules
    return made


def table(caption: str, headings: Iterable[str], rows: Iterable[Iterable[Child]]) -> Element:
    """Return a table whose first cell in each row heads that row, in a frame that scrolls by itself."""
    body = element("tbody", *(_row(tuple(row)) for row in rows))
    head = element("thead", element("tr", *(element("th", text, scope="col") for text in headings)))
    made = element("table", element("caption", caption), head, body)
    return element("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def _row(cells: tuple[Child, ...]) -> Element:
    first, *others = cells
    return element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in others))


def definitions(pairs: Iterable[tuple[str, Child]]) -> Element:
    """Return a list of terms with what each one is."""
    groups = (element("div", element("dt", name), element("dd", value)) for name, value in pairs)
    return element("dl", *groups)


def document(page: Element) -> str:
    """Return the page as HTML."""
    return "<!DOCTYPE html>\n" + ET.tostring(page, encoding="unicode", method="html") + "\n"
