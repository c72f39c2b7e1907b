# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbered checks of a published record; runs without any server."""
