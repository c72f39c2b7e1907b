# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up town's election on this machine, from nothing to a verified result."""
