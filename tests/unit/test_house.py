# SPDX-License-Identifier: AGPL-3.0-or-later
"""What no tool checks: licence headers, places not to be named, inline styles, locks, vendored files."""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from voting.source import source_files

ROOT = Path(__file__).resolve().parents[2]
SPDX = "SPDX-License-Identifier: AGPL-3.0-or-later"
CODE = {".py", ".pyi", ".js", ".mjs", ".ts", ".css", ".html", ".svg", ".sql", ".sh", ".toml", ".po"}
PROGRAMS = {"Makefile", ".ci/run", "scripts/lint", "scripts/messages", "scripts/services", "scripts/venv"}
VENDORED = ROOT / "voting/static/voting/booth/style/vendor"
# Joined here, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
    )
]
FOLDERS = [
    "/".join(parts)
    for parts in (("", "work", ""), ("", "tmp", "team"), ("", "opt", "pypi"), ("", "root", ""))
]
NAMED = re.compile(
    rf"(?<![\w.*)}}])(?:{'|'.join(map(re.escape, FOLDERS))})|{'|'.join(map(re.escape, HOSTS))}"
)
INLINE = re.compile(
    r"""<style\b | \sstyle\s*= | \son[a-z]+\s*= | javascript:
    | <script\b (?![^>]*\bsrc=) (?![^>]*application/json)""",
    re.IGNORECASE | re.VERBOSE,
)


def _ours() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = [name for name in listed.stdout.decode().split("\0") if name]
    tracked = [ROOT / name for name in names] if listed.returncode == 0 else list(source_files(ROOT))
    return [path for path in tracked if path.is_file() and VENDORED not in path.parents]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _is_code(path: Path) -> bool:
    return path.suffix in CODE or path.relative_to(ROOT).as_posix() in PROGRAMS


def test_no_two_test_files_have_one_name() -> None:
    """They are not in packages: of two, pytest could collect only one."""
    names = [path.name for path in _ours() if path.name.startswith("test_") and path.suffix == ".py"]
    assert sorted(names) == sorted(set(names))


def _templates() -> list[Path]:
    return [path for path in _ours() if path.suffix == ".html"]


def test_every_source_file_names_its_licence() -> None:
    silent = [
        path for path in _ours() if _is_code(path) and SPDX not in "\n".join(_text(path).split("\n")[:3])
    ]
    assert silent == []


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    assert [(path, found[0]) for path in _ours() if (found := NAMED.search(_text(path)))] == []


@pytest.mark.parametrize("text", [*HOSTS, *(f"see {folder}x" for folder in FOLDERS)])
def test_a_named_place_would_be_found(text: str) -> None:
    assert NAMED.search(text)


def test_no_template_has_inline_style_or_script() -> None:
    assert [(path, found[0]) for path in _templates() if (found := INLINE.search(_text(path)))] == []


@pytest.mark.parametrize(
    "markup",
    ['<p style="x">', "<style>", '<a onclick="x">', '<a href="javascript:x">', "<script>x</script>"],
)
def test_inline_style_or_script_would_be_found(markup: str) -> None:
    assert INLINE.search(markup)


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^([A-Za-z0-9._-]+)==(\S+)", _text(ROOT / "requirements" / name)))


@pytest.mark.parametrize("name", ["demo.txt", "dev.txt", "verifier.txt"])
def test_every_locked_package_has_hashes(name: str) -> None:
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", _text(ROOT / "requirements" / name))[1:]
    assert blocks
    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", ["demo.txt", "dev.txt", "verifier.txt"])
def test_no_lock_names_an_index_or_a_folder(name: str) -> None:
    lines = _text(ROOT / "requirements" / name).splitlines()
    allowed = re.compile(r"#|\s+(--hash=sha256:[0-9a-f]{64}( \\)?|# )|[A-Za-z0-9._-]+==|$")
    assert [line for line in lines if not allowed.match(line) or "://" in line] == []


def test_a_smaller_lock_is_part_of_the_larger_one() -> None:
    assert _pins("verifier.txt").items() <= _pins("demo.txt").items() <= _pins("dev.txt").items()


def test_vendored_files_are_what_their_list_says() -> None:
    for notes in VENDORED.glob("*/vendored.md"):
        listed = dict(re.findall(r"(?m)^\| (\S+) \| ([0-9a-f]{64}) \|$", _text(notes)))
        there = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in notes.parent.iterdir()
            if path != notes
        }
        assert there == listed


def test_something_is_vendored() -> None:
    assert list(VENDORED.glob("*/vendored.md"))
