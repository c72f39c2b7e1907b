# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run the registrar's command: `python -m tally.registrar`."""

from tally.registrar.command import app

if __name__ == "__main__":
    app(prog_name="python -m tally.registrar")
