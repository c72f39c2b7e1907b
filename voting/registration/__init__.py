# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voters who make their own keys: registration before an election is frozen (docs/registrar.md)."""
