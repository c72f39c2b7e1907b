# SPDX-License-Identifier: AGPL-3.0-or-later
"""Witnesses of one log in threads of this process: true ones, dead ones, liars."""

import http.server
import threading
from contextlib import contextmanager

from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.policy import Group, Party, Policy
from bulletin_board.witness.server import WitnessServer
from bulletin_board.witness.store import Store
from bulletin_board.witness.witness import Witness

NOW = 1_800_000_000
DEAD = "http://127.0.0.1:9"  # discard: nobody listens


@contextmanager
def serving(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Town:
    """Witnesses by name, each a server in a thread."""

    def __init__(self, folder, stack, log) -> None:
        self.folder, self.stack, self.log, self.clock = folder, stack, log, NOW
        self.cosigners, self.stores, self.urls = {}, {}, {}

    def add(self, name, url=None):
        cosigner = Cosigner(f"{name}.example", name.encode().ljust(32, b"."))
        self.cosigners[name] = cosigner
        if url is None:
            store = self.stores[name] = Store.create(self.folder / name)
            store.add_key(self.log)
            witness = Witness(cosigner, store)
            server = WitnessServer(("127.0.0.1", 0), witness, prefix="", clock=lambda: self.clock)
            url = self.stack.enter_context(serving(server))
        self.urls[name] = url
        return cosigner

    def lying(self, name, answer):
        """A witness that answers each submission with answer(cosigner, body): (status, type, bytes)."""
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                asked.append(body)
                status, kind, data = answer(self.cosigners[name], body)
                handler.send_response(status)
                handler.send_header("Content-Type", kind)
                handler.send_header("Content-Length", str(len(data)))
                handler.end_headers()
                handler.wfile.write(data)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.add(name, self.stack.enter_context(serving(server)))
        return asked

    @property
    def keys(self):
        return [cosigner.verifier_key for cosigner in self.cosigners.values()]

    def policy(self, quorum):
        """The server's settings."""
        names = tuple(self.cosigners)
        return Policy(
            witnesses=tuple(
                Party(key=self.cosigners[name].verifier_key, name=name, url=self.urls[name]) for name in names
            ),
            groups=(Group(name="enough", threshold=quorum, members=names),) if quorum else (),
            quorum="enough" if quorum else "none",
        )
