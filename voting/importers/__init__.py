# SPDX-License-Identifier: AGPL-3.0-or-later
"""Elections held elsewhere, read from files; pure."""
