# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bulletin_board.mirror`."""

from bulletin_board.mirror.command import app

if __name__ == "__main__":
    app(prog_name="python -m bulletin_board.mirror")
