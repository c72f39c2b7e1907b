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
    WitnessContradicts,
    WitnessRefused,
    WitnessUnreachable,
)
from bulletin_board.http_client import BoundedClient
from bulletin_board.log import note, submission

_SHOWN = 200  # characters of a refusal


class WitnessClient:
    """The witness below `url`, which has `timeout` s for one answer. For one thread at a time."""

    def __init__(self, url: str, *, timeout: float) -> None:
        """Raises RefusedAddress."""
        check_witness_url(url)
        parts = urlsplit(url)
        self._client = BoundedClient(parts.scheme, parts.hostname or "", parts.port)
        self._timeout = timeout
        self._path = f"{parts.path.rstrip('/')}/{submission.PATH}"

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def add_checkpoint(self, body: bytes) -> bytes:
        """Return the signature lines for a submission, unverified.

        Raises StaleSubmission with the size to begin from; WitnessContradicts for a fork; WitnessRefused,
        WitnessUnreachable.
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
        refusal = WitnessContradicts if status == http.client.CONFLICT else WitnessRefused
        raise refusal(f"{status}: {data.decode('utf-8', 'replace')[:_SHOWN].strip()}")

    def _post(self, body: bytes) -> tuple[int, str, bytes]:
        # It may be sent twice over two connections: a witness signs nothing twice over.
        headers = {"Content-Type": "text/plain"}
        response = self._client.request("POST", self._path, body, headers, seconds=self._timeout)
        data = response.read(note.LIMIT + 1)
        if not response.isclosed():  # the rest would be read as the next answer
            self.close()
        kind, _, _ = response.getheader("Content-Type", "").partition(";")  # parameters may follow
        return response.status, kind.strip().lower(), data


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
