# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole election in one process, which plays every part: for real ballots from files, and for tests."""
