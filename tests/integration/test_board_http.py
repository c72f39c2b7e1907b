# SPDX-License-Identifier: AGPL-3.0-or-later
import hashlib

import pytest

from bulletin_board import publisher, storage
from tests.integration.boards import ORIGIN, SIGNER, append

pytestmark = pytest.mark.django_db
BLOB = "blob/" + hashlib.sha256(b"payload").hexdigest()


@pytest.fixture
def board(settings, client):
    settings.SECURE_SSL_REDIRECT = False
    log = storage.create_log(ORIGIN)
    append(log, b"payload")
    storage.put_commitments(log, "ab" * 32, b"commitments")
    publisher.sign_head(log, SIGNER)
    return lambda path, method="get": getattr(client, method)(f"/board/spring/{path}")


@pytest.mark.parametrize("path", ["tile/0/000.p/1", "tile/entries/000.p/1", BLOB])
def test_what_never_changes_may_be_kept_by_anyone(board, path):
    response = board(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=604800, immutable"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("path", ["checkpoint", "log.vkey"])
def test_the_checkpoint_is_text_that_nobody_keeps(board, path):
    response = board(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_the_bytes_are_those_of_the_resource(board):
    assert board(BLOB).content == b"payload"
    assert board("commitments/" + "ab" * 32).content == b"commitments"


def test_a_head_request_has_the_headers_and_no_body(board):
    response = board(BLOB, "head")
    assert (response.status_code, response["Content-Length"], response.content) == (200, "7", b"")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_can_be_sent(board, method):
    assert board("checkpoint", method).status_code == 405


@pytest.mark.parametrize(
    "path", ["nothing", "tile/0/001", "blob/" + "0" * 64, "tile/0/000.p/2", "%2e%2e/checkpoint", "blob/%00"]
)
def test_anything_else_is_not_found_in_plain_text(board, path):
    response = board(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Cache-Control"] == "no-store"
    assert response.content == b"Not found\n"


def test_an_unknown_election_is_not_found(board, client):
    assert client.get("/board/autumn/checkpoint").status_code == 404


def test_copies_of_the_board_do_not_depend_on_the_readers_language(board):
    for path in ("checkpoint", BLOB, "entries.jsonl", "nothing"):
        response = board(path)
        assert "Vary" not in response
        assert "Content-Language" not in response


def test_no_cookie_is_set(board):
    assert not board("checkpoint").cookies
