# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an official or a timer runs."""
