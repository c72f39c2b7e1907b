# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entry point of `python -m tally.monitor`."""

if __name__ == "__main__":
    from tally.monitor.cli import app

    app(prog_name="python -m tally.monitor")
