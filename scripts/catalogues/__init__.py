# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the sources into locale/, and from there into what is served (docs/translating.md)."""
