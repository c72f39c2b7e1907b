# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys, counting, and the proof of the count; works from the board alone."""
