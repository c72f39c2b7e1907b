# SPDX-License-Identifier: AGPL-3.0-or-later
"""Any bit flip outside commitments/ is refused; any change inside changes no verdict."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulletin_board import layout
from bulletin_board.errors import BoardError
from tally.verifier.report import Verdict
from tests.attacks.judge import report

_SLOW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def flipped(data: bytes, position: int, bit: int) -> bytes:
    position %= len(data)
    return data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]


@_SLOW
@given(st.data())
def test_any_bit_flip_outside_the_cache_is_refused(world, data):
    board = world.board()
    paths = sorted(
        path
        for path in board.files
        if not path.startswith(layout.COMMITMENTS) and path != layout.VERIFIER_KEY
    )
    path = data.draw(st.sampled_from(paths))
    changed = flipped(board.files[path], data.draw(st.integers(0, 1 << 20)), data.draw(st.integers(0, 7)))
    try:
        found = report(world, board.changed(path, changed))
    except BoardError:
        return  # a checkpoint that cannot be read: nothing was verified
    assert found.verdict is not Verdict.VERIFIED


@_SLOW
@given(st.data())
def test_no_change_inside_the_cache_changes_a_verdict(world, data):
    board = world.board()
    path = data.draw(st.sampled_from([path for path in board.files if path.startswith(layout.COMMITMENTS)]))
    held = board.files[path]
    change = data.draw(
        st.one_of(
            st.none(),
            st.binary(max_size=64),
            st.builds(flipped, st.just(held), st.integers(0, 1 << 20), st.integers(0, 7)),
            st.just(held + held),
            st.just(bytes(len(held))),
        )
    )
    assert report(world, board.changed(path, change)).verdict is Verdict.VERIFIED


def test_the_key_file_beside_the_log_is_never_a_root(world):
    board = world.board().changed(layout.VERIFIER_KEY, b"someone-else+00000000+AAAA\n")
    assert report(world, board).verdict is Verdict.VERIFIED
