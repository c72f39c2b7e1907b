# SPDX-License-Identifier: AGPL-3.0-or-later
"""Is the booth that voters are served the one of the board and of version control? (docs/monitor.md)

It needs what the verifier needs, and no server's code.
"""
