# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers as CLDR has them for Spanish."""

THOUSAND_SEPARATOR = "."
