# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers as CLDR has them for Arabic in Latin digits: codes have those, too."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
DATETIME_FORMAT = "j F Y، H:i"
