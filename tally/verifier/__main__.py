# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entry point of `python -m tally.verifier`; its worker processes import this module too."""

from tally.verifier.cli import app

if __name__ == "__main__":
    app(prog_name="python -m tally.verifier")
