# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror: a copy of a board that follows it, verified before it is kept, and served to anyone.

Specification: docs/spec/board.md, "Mirrors". How to run one: docs/mirror.md.
"""
