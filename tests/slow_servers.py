# SPDX-License-Identifier: AGPL-3.0-or-later
"""Servers that answer as badly as one can: each connection gets whatever `behave` sends into it."""

import socket
import threading
from contextlib import closing, contextmanager, suppress


@contextmanager
def slow_server(behave):
    """Yield the port of a server that reads one request of a connection, and then behaves so."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(peer,), daemon=True).start()

    def answer(peer):
        with closing(peer), suppress(OSError):
            peer.recv(65_536)
            behave(peer)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def trickle(peer):
    """A byte at a time, for a while longer than anybody should wait."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n")
    for _ in range(200):
        peer.sendall(b"x")
        threading.Event().wait(0.05)


def promise(peer):
    """Ever again that an answer will come."""
    for _ in range(200):
        peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        threading.Event().wait(0.05)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def silence(peer):
    """Take all that is sent, in however many pieces, and say nothing until the other side hangs up."""
    while peer.recv(65_536):
        pass
