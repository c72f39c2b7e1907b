# SPDX-License-Identifier: AGPL-3.0-or-later
"""Submitting to one witness: what its answers mean, and that a bad one takes no longer than it may."""

import pytest

from bulletin_board.errors import StaleSubmission, WitnessRefused, WitnessUnreachable
from bulletin_board.witness_client import WitnessClient
from tests.slow_servers import promise, silence, slow_server, trickle


def answering(head, body=b""):
    return lambda peer: peer.sendall(
        b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (head, len(body), body)
    )


def submit(behave, timeout=30.0):
    with slow_server(behave) as port:
        client = WitnessClient(f"http://127.0.0.1:{port}/w", timeout=timeout)
        try:
            return client.add_checkpoint(b"old 0\n")
        finally:
            client.close()


def test_signature_lines_come_back_as_they_are():
    assert submit(answering(b"200 OK", b"a line\n")) == b"a line\n"


@pytest.mark.parametrize(
    "kind",
    [b"text/x.tlog.size", b"text/x.tlog.size; charset=utf-8", b"Text/X.Tlog.Size;q=1", b"text/x.tlog.size ;"],
)
def test_another_size_is_understood_whatever_parameters_its_type_has(kind):
    with pytest.raises(StaleSubmission) as caught:
        submit(answering(b"409 Conflict\r\nContent-Type: " + kind, b"7\n"))
    assert caught.value.size == 7


@pytest.mark.parametrize("kind", [b"text/plain", b"text/x.tlog.sizes", b"text/plain; text/x.tlog.size"])
def test_a_conflict_of_another_type_is_a_refusal(kind):
    with pytest.raises(WitnessRefused, match="409"):
        submit(answering(b"409 Conflict\r\nContent-Type: " + kind, b"7\n"))


@pytest.mark.parametrize("behave", [trickle, promise, silence], ids=range(3))
def test_a_witness_that_never_comes_to_an_end_is_given_up(behave):
    with pytest.raises(WitnessUnreachable, match="TimeoutError"):
        submit(behave, timeout=0.3)


def test_a_witness_that_only_hangs_up_is_unreachable():
    with pytest.raises(WitnessUnreachable):
        submit(lambda _peer: None)
