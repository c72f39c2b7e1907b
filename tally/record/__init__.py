# SPDX-License-Identifier: AGPL-3.0-or-later
"""Frozen values of everything on the board, with their canonical bytes."""
