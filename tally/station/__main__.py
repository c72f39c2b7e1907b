# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run the trustee's command: `python -m tally.station`."""

from tally.station.command import app

if __name__ == "__main__":
    app(prog_name="python -m tally.station")
