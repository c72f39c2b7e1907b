# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public append-only log of an election. It stores opaque bytes and knows nothing of votes."""
