# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run the dealer's command: `python -m tally.dealer`."""

from tally.dealer.command import app

if __name__ == "__main__":
    app(prog_name="python -m tally.dealer")
