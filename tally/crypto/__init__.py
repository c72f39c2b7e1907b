# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cryptography of the ballot and of the count; pure."""
