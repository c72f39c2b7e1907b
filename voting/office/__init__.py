# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office: where officials prepare and run elections (docs/office.md)."""
