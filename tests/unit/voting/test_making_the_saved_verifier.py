# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier as one file: its modules joined, its policy, and what cannot be joined."""

import base64
import hashlib
import html
import re
from io import StringIO

import pytest
from django.core.management import call_command

from voting import saved_verifier
from voting.saved_verifier import NAME, NotBundled, joined
from voting.served_code import VERIFIER


@pytest.fixture
def modules(monkeypatch, tmp_path):
    """Join modules of the test's own; each is a text by its name."""

    class Folder:
        folder = tmp_path

    for cached in (saved_verifier.joined, saved_verifier._source):
        monkeypatch.setattr(saved_verifier, cached.__name__, cached.__wrapped__)
    monkeypatch.setattr(saved_verifier, "VERIFIER", Folder)

    def write(**texts: str) -> None:
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text)

    return write


def test_the_file_names_the_hash_of_everything_that_runs():
    text = saved_verifier.saved_verifier().decode()
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]+)"', text)[0])
    for tag in ("script>", "style>"):
        content = text.split(f"<{tag}")[1].split(f"</{tag}")[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "connect-src" not in policy


def test_the_file_loads_nothing_and_holds_every_module():
    text = saved_verifier.saved_verifier().decode()
    assert not re.findall(r"""\s(?:src|href)="(?!#)""", text)
    held = set(re.findall(r'^modules\["([^"]+)"\]', text, re.MULTILINE))
    there = {path.relative_to(VERIFIER.folder).as_posix() for path in VERIFIER.folder.rglob("*.js")}
    assert held == there - {"page.js"}


def test_the_file_says_which_program_it_is():
    assert VERIFIER.digest() in saved_verifier.saved_verifier().decode()


def test_the_command_writes_the_file(tmp_path):
    said = StringIO()
    call_command("save_verifier", str(tmp_path / NAME), stdout=said)
    assert (tmp_path / NAME).read_bytes() == saved_verifier.saved_verifier()
    assert NAME in said.getvalue()


def test_a_module_comes_after_those_that_it_imports(modules):
    modules(
        a='import { b as c, d } from "./b.js";\nexport const a = c + d;\n',
        b="export function b() {}\nexport const d = 1;\nconst e = 2;\n",
    )
    assert saved_verifier.joined("a.js") == (
        '"use strict";\n{\nconst modules = {};\n'
        'modules["b.js"] = (() => {\nfunction b() {}\nconst d = 1;\nconst e = 2;\nreturn { b, d };\n})();\n'
        'modules["a.js"] = (() => {\nconst { b: c, d } = modules["b.js"];\nconst a = c + d;\n'
        "return { a };\n})();\n"
        "}\n"
    )


@pytest.mark.parametrize(
    "source",
    [
        'import b from "./b.js";\n',
        'import "./b.js";\n',
        "export default 1;\n",
        "export { a };\n",
        'export * from "./b.js";\n',
        "const here = import.meta.url;\n",
        'import { c } from "./c.js";\n',
        'import { a } from "./a.js";\n',
        'const tag = "</script>";\n',
    ],
)
def test_a_module_in_another_form_is_refused(modules, source):
    modules(a=source, b="export const b = 1;\n")
    with pytest.raises(NotBundled):
        saved_verifier.joined("a.js")


def test_a_style_that_ends_its_element_is_refused(tmp_path):
    (tmp_path / "a.css").write_text('a::before { content: "</style>"; }')
    with pytest.raises(NotBundled):
        saved_verifier._style(tmp_path / "a.css")


def test_what_is_joined_is_the_same_every_time():
    assert joined("worker.js") == joined("worker.js")
