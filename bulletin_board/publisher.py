# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server does with a log besides appending: sign it, give receipts, serve it, write it to files."""

from bulletin_board.exporting import archive, export
from bulletin_board.head_signing import sign_head
from bulletin_board.publication import Resource, paths, receipt, resource
from bulletin_board.signing import create_key_file, load_signer

__all__ = (
    "Resource",
    "archive",
    "create_key_file",
    "export",
    "load_signer",
    "paths",
    "receipt",
    "resource",
    "sign_head",
)
