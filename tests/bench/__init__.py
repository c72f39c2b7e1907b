# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measurements for `make bench`: figures, never assertions."""
