# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codes that this server makes and mails, for small elections: the weaker choice (docs/registrar.md)."""
