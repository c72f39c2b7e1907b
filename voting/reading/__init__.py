# SPDX-License-Identifier: AGPL-3.0-or-later
"""The read API under `/api/`: what is public of elections and boards, described by OpenAPI (docs/api.md)."""
