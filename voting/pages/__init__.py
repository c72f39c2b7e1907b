# SPDX-License-Identifier: AGPL-3.0-or-later
"""The public pages: thin views over records.py, which reads, and voting.presenters, which puts into words."""
