# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps by which the polling place's tables came to be."""
