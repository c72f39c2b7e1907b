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
