# SPDX-License-Identifier: AGPL-3.0-or-later
"""From records to what a page shows: pure functions, no rows, no requests, no clock."""
