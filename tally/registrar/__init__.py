# SPDX-License-Identifier: AGPL-3.0-or-later
"""Credentials and the signed roll; pure, with an offline command."""
