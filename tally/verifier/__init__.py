# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbered checks of a published record (docs/spec/verification.md); runs without any server.

`python -m tally.verifier RECORD`. The rules themselves live in `record`, `crypto`, `contests`, `admission`,
`count` and `outcome`; here they are ordered, numbered and reported. Nothing is trusted but the fingerprint.
"""
