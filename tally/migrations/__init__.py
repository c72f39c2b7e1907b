# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps by which the rows of tallies came to be."""
