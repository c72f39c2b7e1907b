# SPDX-License-Identifier: AGPL-3.0-or-later
"""Known answers, and the scripts that made them."""
