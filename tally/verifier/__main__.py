# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entry point of `python -m tally.verifier`; its worker processes import this module, and nothing more."""

if __name__ == "__main__":
    from tally.verifier.cli import app

    app(prog_name="python -m tally.verifier")
