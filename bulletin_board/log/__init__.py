# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pure log: envelopes, Merkle tree, tiles, signed notes, checkpoints, proofs."""
