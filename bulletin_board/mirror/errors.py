# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a mirror does not follow its board, one class for each reason."""

from bulletin_board.errors import BoardError


class MirrorError(BoardError):
    """The base of every refusal of a mirror."""


class BoardForked(MirrorError):
    """Two checkpoints that the log signed, and the newer does not extend the older: both are kept."""


class BoardIsOlder(MirrorError):
    """The board shows less than this copy holds, and nothing else: its server is behind, or withholds."""


class AnotherLog(MirrorError):
    """The folder holds a copy of another log, or the log has another key than before."""


class CopyDamaged(MirrorError):
    """What lies in the folder is not what its own checkpoint covers."""


class MirrorClockWentBack(MirrorError):
    """The clock is behind the cosignature that this mirror gave last."""
