# SPDX-License-Identifier: AGPL-3.0-or-later
"""A witness: cosigns the checkpoints of logs it knows, and never two that contradict each other.

Specification: docs/spec/board.md, "Witnesses"; C2SP tlog-witness. How to run one: docs/witness.md.
"""
