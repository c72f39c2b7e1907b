# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dealing a key offline: one person makes it and forgets it (docs/trustees.md, "Dealt keys")."""
