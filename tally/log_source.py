# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server's own log as a source for the verifier: what it serves to everyone."""

from bulletin_board import publication
from bulletin_board.errors import ResourceTooLarge
from bulletin_board.models import Log


class LogSource:
    """A `bulletin_board.sources.Source` over rows."""

    def __init__(self, log: Log) -> None:
        """Read under the head that is signed now; raises NotFound if none is."""
        self._publication = publication.Publication(log)

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the resource at `path`. Raises NotFound, ResourceTooLarge."""
        data = self._publication.resource(path).data
        if len(data) > limit:
            raise ResourceTooLarge(f"{path}: too large", expected=f"at most {limit}", computed=len(data))
        return data
