# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the closing entry to the published result (docs/operations.md, "Counting").

The count itself is the stations' and `tally.services`'. Here is when it may start, and what the election's
state makes of it.
"""
