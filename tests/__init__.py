# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tests; `tests.settings` is what they run under."""
