# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's own machine: key file, worker, command line (docs/trustees.md). No Django, no database.

A station trusts its key file, the fingerprint it was given, and the board content that it verified itself;
never a message.
"""
