# SPDX-License-Identifier: AGPL-3.0-or-later
"""The paths of a board's resources: the same over HTTP, in an exported folder and in an archive.

Specification: docs/spec/board.md, "Resources". Tiles name themselves: see log/tiles.py. All but LINES are in
an archive, too.
"""

import re

from bulletin_board.errors import MalformedPath
from bulletin_board.log.tiles import MAX_BUNDLE_BYTES, Tile

CHECKPOINT = "checkpoint"
VERIFIER_KEY = "log.vkey"
LINES = "entries.jsonl"
TILE = "tile/"
BLOB = "blob/"
COMMITMENTS = "commitments/"

VERIFIER_KEY_LIMIT = 512  # bytes
BUNDLE_LIMIT = MAX_BUNDLE_BYTES

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(r"[a-z0-9][a-z0-9.]*(?:/[a-z0-9][a-z0-9.]*){0,9}")
_PATH_LIMIT = 255


def blob_path(payload_sha256: str) -> str:
    """Return the path of the payload with this hash (64 lowercase hexadecimal digits)."""
    return BLOB + payload_sha256


def commitments_path(tracker: str) -> str:
    """Return the path of the commitments beside the ballot with this tracker (64 lowercase digits)."""
    return COMMITMENTS + tracker


def digest_in(path: str, prefix: str) -> str:
    """Return the digest that follows `prefix` in `path`; raises MalformedPath."""
    digest = path.removeprefix(prefix)
    if not path.startswith(prefix) or not _DIGEST.fullmatch(digest):
        raise MalformedPath("not the path of a hashed resource")
    return digest


def check_resource(path: str) -> None:
    """Raise MalformedPath unless `path` is that of a resource: what a folder and an archive have alike."""
    if path in {CHECKPOINT, VERIFIER_KEY}:
        return
    for prefix in (BLOB, COMMITMENTS):
        if path.startswith(prefix):
            digest_in(path, prefix)
            return
    Tile.from_path(path)


def check_path(path: str) -> None:
    """Raise MalformedPath unless `path` has a resource's form: relative, lowercase, no dot segments."""
    if len(path) > _PATH_LIMIT or not _PATH.fullmatch(path):
        raise MalformedPath("not the path of a board's resource")
