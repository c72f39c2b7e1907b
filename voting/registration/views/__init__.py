# SPDX-License-Identifier: AGPL-3.0-or-later
"""What voters, their browsers and officials ask for."""
