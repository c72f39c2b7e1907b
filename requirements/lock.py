# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: INP001  # a script, no package
"""Write the three locks from pyproject.toml; `make locks` runs it in a virtual environment with pip-tools.

The locks name no index, no address and no folder, so they install from wherever pip is told to look. They are
compiled with Python 3.11 and hold every release's hashes, for all Pythons and machines.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCKS = {"verifier.txt": "", "demo.txt": "web", "dev.txt": "dev"}
# redis asks for it on Python 3.11.0 to 3.11.2 only, which the compiling Python does not see.
CONDITIONAL = {"redis": ("async-timeout>=4.0.3", 'python_full_version < "3.11.3"')}
COMMAND = [
    *(sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--strip-extras"),
    *("--allow-unsafe", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
    *("--no-emit-trusted-host", "--no-emit-options", "--output-file"),
]


def wanted(project: dict[str, object], extra: str) -> list[str]:
    """Return the base dependencies and an extra's, with references to the project's other extras resolved."""
    base, extras = project["dependencies"], project["optional-dependencies"]
    if not isinstance(base, list) or not isinstance(extras, dict):
        raise TypeError("pyproject.toml: dependencies must be lists")
    found = list(base)
    for requirement in extras.get(extra, []):
        own = re.fullmatch(r"veritally\[(.+)\]", requirement)
        found += wanted(project, own[1]) if own else [requirement]
    return list(dict.fromkeys(found))


def compile_lock(name: str, requirements: list[str]) -> None:
    """Let pip-compile write one lock, keeping what is already pinned there."""
    target, source = HERE / name, HERE / f"{name}.in"
    conditional = [v for k, v in CONDITIONAL.items() if any(k in r for r in requirements)]
    source.write_text("\n".join(requirements + [package for package, _ in conditional]) + "\n")
    try:
        environment = os.environ | {"CUSTOM_COMPILE_COMMAND": "make locks"}
        subprocess.run([*COMMAND, str(target), str(source)], check=True, env=environment)  # noqa: S603
    finally:
        source.unlink()
    text = target.read_text()
    for package, marker in conditional:
        bare = package.split(">=")[0]
        text = re.sub(rf"(?m)^({bare}==\S+) \\$", rf"\1 ; {marker} \\", text)
    target.write_text("# SPDX-License-Identifier: AGPL-3.0-or-later\n" + text)


def main() -> None:
    """Compile all; later locks follow the pins of earlier ones."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())["project"]
    for name, extra in LOCKS.items():
        compile_lock(name, wanted(project, extra))


if __name__ == "__main__":
    main()
