# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bulletin_board.witness`."""

from bulletin_board.witness.command import app

if __name__ == "__main__":
    app(prog_name="python -m bulletin_board.witness")
