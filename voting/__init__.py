# SPDX-License-Identifier: AGPL-3.0-or-later
"""The polling place: elections, rolls, credentials, casting."""
