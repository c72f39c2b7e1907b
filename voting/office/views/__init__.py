# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's pages; one file per theme. What may be done is decided in services."""
