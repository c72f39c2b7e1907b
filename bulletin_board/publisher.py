# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server does with a log besides appending: sign it, give receipts, serve it, write it to files."""

from bulletin_board import cosigning, head_signing
from bulletin_board.exporting import archive, export
from bulletin_board.log.note import Signer
from bulletin_board.models import Log
from bulletin_board.publication import Resource, paths, receipt, receipts, resource
from bulletin_board.signing import create_key_file, load_signer

__all__ = (
    "Resource",
    "archive",
    "create_key_file",
    "export",
    "load_signer",
    "paths",
    "receipt",
    "receipts",
    "resource",
    "sign_head",
)


def sign_head(log: Log, signer: Signer) -> bytes:
    """Sign the log as it stands, and have its witnesses cosign; return the note with the log's signature.

    Without enough cosignatures it is not published: see `cosigned.is_published`. Raises what
    `head_signing.sign_head` does.
    """
    note = head_signing.sign_head(log, signer)
    cosigning.collect(log)
    return note
