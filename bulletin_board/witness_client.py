# SPDX-License-Identifier: AGPL-3.0-or-later
"""Submitting a checkpoint to one witness over HTTP, over one connection that is kept.

Specification: docs/spec/board.md, "Witnesses". What is submitted, and whether the answer is worth anything,
is known to cosigning.py.
"""

import http.client
from urllib.parse import urlsplit

from bulletin_board.errors import (
    MalformedSubmission,
    RefusedAddress,
    StaleSubmission,
    WitnessRefused,
    WitnessUnreachable,
)
from bulletin_board.log import note, submission

_SHOWN = 200  # characters of a refusal


class WitnessClient:
    """The witness below `url`; `timeout` s without a byte are too many. For one thread at a time."""

    def __init__(self, url: str, *, timeout: float) -> None:
        """Raises RefusedAddress."""
        check_witness_url(url)
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        self._path = f"{parts.path.rstrip('/')}/{submission.PATH}"

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def add_checkpoint(self, body: bytes) -> bytes:
        """Return the signature lines for a submission, unverified.

        Raises StaleSubmission with the size to begin from, WitnessRefused, WitnessUnreachable.
        """
        try:
            status, kind, data = self._post(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise WitnessUnreachable(f"no answer: {type(error).__name__}") from error
        if status == http.client.OK:
            return data
        if status == http.client.CONFLICT and kind == submission.SIZE_TYPE:
            try:
                raise StaleSubmission("begin from another size", computed=submission.parse_size(data))
            except MalformedSubmission as error:
                raise WitnessRefused(f"409: {error.message}") from None
        raise WitnessRefused(f"{status}: {data.decode('utf-8', 'replace')[:_SHOWN].strip()}")

    def _post(self, body: bytes) -> tuple[int, str, bytes]:
        try:
            return self._request(body)
        except (http.client.RemoteDisconnected, ConnectionError):
            # A connection that rested may be closed. Once more is safe: a witness signs nothing twice over.
            self.close()
            return self._request(body)

    def _request(self, body: bytes) -> tuple[int, str, bytes]:
        self._connection.request("POST", self._path, body, {"Content-Type": "text/plain"})
        response = self._connection.getresponse()
        data = response.read(note.LIMIT + 1)
        if not response.isclosed():  # the rest would be read as the next answer
            self.close()
        return response.status, response.getheader("Content-Type", ""), data


def check_witness_url(url: str) -> None:
    """Raise RefusedAddress unless `url` is http or https, without user name, query or fragment."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise RefusedAddress("not an address", computed=url) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isascii():
        raise RefusedAddress("not an http or https address", computed=url)
    if parts.username is not None or parts.query or parts.fragment:
        raise RefusedAddress("the address of a witness has no user name, query or fragment")
