# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file per kind of question; each compiles to variables and constraints."""
