# SPDX-License-Identifier: AGPL-3.0-or-later
"""The booth and Python make and judge the same ballots, and refuse the same octets for the same reason."""

import base64
import hashlib
import json
import random  # noqa: TID251  # a fixed sequence of changes, no secret
import secrets

import pytest

from bulletin_board.codec.canonical import encode, parse
from bulletin_board.errors import BoardError
from tally.admission import case_of, check_signed, read_ballot
from tally.casting import make_ballot
from tally.crypto import ed25519
from tally.crypto.batch import check_cached, verify_equations
from tally.crypto.errors import CryptoError
from tally.crypto.membership import verify_compact
from tally.record.challenged import Challenged
from tally.record.errors import RecordError
from tally.record.tracker import format_check_code
from tests.integration.javascript_peer import as_text, ask, opened
from tests.vectors.record_election import VOTERS

pytestmark = pytest.mark.servers

SELECTIONS = (
    {
        "split": {"option-137": 1},
        "one": {"birch": 1},
        "approve": {"ash": 1, "cedar": 1},
        "score": {"ash": 3, "birch": 1},
        "share": {"ash": 3, "cedar": 1},
        "spend": {"ash": 1, "cedar": 1},
    },
    {"one": {"cedar": 1}, "approve": {"birch": 1}, "share": {"ash": 1, "birch": 1, "cedar": 2}},
)
PREDECESSORS = ("", "5e" * 32)


def _asked(voter: int, *, seed: bytes | None) -> dict[str, object]:
    asked = {"credential_seed": VOTERS[voter].hex(), "selections": SELECTIONS[voter]}
    asked |= {"supersedes": PREDECESSORS[voter]}
    return asked if seed is None else {**asked, "ballot_seed": seed.hex()}


def _made_here(voter: int, seed: bytes):
    return make_ballot(
        opened(),
        credential_seed=VOTERS[voter],
        selections=SELECTIONS[voter],
        supersedes=PREDECESSORS[voter],
        ballot_seed=seed,
    )


def _judge(data: bytes) -> str:
    """The tracker, or the name of the refusal."""
    try:
        ballot = read_ballot(opened(), data)
        check_signed(opened().enrolment(), ballot)
        case = case_of(opened(), ballot, None)
        verify_compact(opened().public_key, case.claim, case.proof)
    except (BoardError, RecordError, CryptoError) as error:
        return type(error).__name__
    return ballot.tracker


@pytest.mark.parametrize("voter", [0, 1])
def test_one_seed_gives_the_same_octets_in_both_languages(voter):
    seed = secrets.token_bytes(32)
    here = _made_here(voter, seed)
    answer = ask(election=as_text(), make=[_asked(voter, seed=seed)])
    assert answer["fingerprint"] == opened().fingerprint
    (there,) = answer["made"]
    assert there["ballot"].encode() == here.ballot.to_bytes()
    assert base64.b64decode(there["commitments"]) == here.commitments
    assert there["tracker"] == here.ballot.tracker
    assert there["check_code"] == format_check_code(here.ballot.tracker)


def test_python_accepts_fresh_ballots_of_the_booth():
    made = ask(election=as_text(), make=[_asked(0, seed=None), _asked(1, seed=None)])["made"]
    cases = []
    for row in made:
        assert _judge(row["ballot"].encode()) == row["tracker"]
        ballot = read_ballot(opened(), row["ballot"].encode())
        cases.append(case_of(opened(), ballot, base64.b64decode(row["commitments"])))
    for case in cases:
        check_cached(opened().public_key, case)
    verify_equations(opened().public_key, cases)


def test_python_accepts_a_challenge_of_the_booth():
    (made,) = ask(election=as_text(), make=[_asked(0, seed=None)])["made"]
    challenged = Challenged.from_bytes(made["challenged"].encode())
    check_signed(opened().enrolment(), challenged)
    assert (challenged.tracker, challenged.election) == (made["tracker"], opened().fingerprint)


def test_the_booth_accepts_fresh_ballots_of_python():
    here = [_made_here(voter, secrets.token_bytes(32)).ballot for voter in (0, 1)]
    answer = ask(election=as_text(), verify=[ballot.to_bytes().decode() for ballot in here])
    assert answer["verdicts"] == [ballot.tracker for ballot in here]


def test_both_refuse_dishonest_voters_ballots_for_the_same_reason():
    """Whoever holds a credential changes a ballot anywhere and signs it again."""
    chance = _chance(1)
    ballots = [_dishonest(chance, key) for key in ("challenge", "ciphertexts", "responses") * 3]
    expected = [_judge(data) for data in ballots]
    assert ask(election=as_text(), verify=[data.decode() for data in ballots])["verdicts"] == expected
    assert {"ChallengeMismatch", "ChallengeSumMismatch"} <= set(expected)
    assert all(len(name) < 64 for name in expected), "a changed ballot was accepted"


def test_both_refuse_damaged_ballots_for_the_same_reason():
    chance = _chance(2)
    honest = _made_here(1, b"\x07" * 32).ballot.to_bytes()
    ballots = [_damaged(honest, chance) for _ in range(150)]
    expected = [_judge(data) for data in ballots]
    assert ask(election=as_text(), verify=[data.decode() for data in ballots])["verdicts"] == expected
    assert all(len(name) < 64 for name in expected), "a changed ballot was accepted"


def test_both_read_and_refuse_the_same_json():
    chance = _chance(3)
    texts = [_damaged(_json(chance), chance, octets=True) for _ in range(3000)]
    expected = [_read(data) for data in texts]
    assert ask(canonical=[data.hex() for data in texts])["readings"] == expected
    assert len(set(expected)) > 8


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # no secret


def _dishonest(chance: random.Random, key: str) -> bytes:
    value = json.loads(_made_here(1, b"\x07" * 32).ballot.to_bytes())
    if key == "challenge":
        value[key] = _other_letter(value[key], chance)
    else:
        numbers = chance.choice(value["contests"])[key]
        index = chance.randrange(len(numbers))
        numbers[index] = _other_letter(numbers[index], chance)
    del value["signature"]
    unsigned = encode(value)
    message = ed25519.signing_message(value["format"], hashlib.sha256(unsigned).digest())
    signature = ed25519.sign(VOTERS[1], message)
    return encode({**value, "signature": base64.urlsafe_b64encode(signature).rstrip(b"=").decode()})


def _other_letter(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) - 1)  # the last letter may hold slack bits
    letter = chance.choice([letter for letter in "AZaz09-_" if letter != text[at]])
    return text[:at] + letter + text[at + 1 :]


def _damaged(data: bytes, chance: random.Random, *, octets: bool = False) -> bytes:
    at = chance.randrange(len(data))
    new = bytes([chance.randrange(256)]) if octets else chance.choice('"\\{}[],:0a').encode()
    changes = (
        data[:at] + new + data[at + 1 :],
        data[:at] + data[at + 1 :],
        data[:at] + new + data[at:],
        data[:at],
    )
    return next(changed for changed in chance.sample(changes, len(changes)) if changed != data)


def _json(chance: random.Random, depth: int = 0) -> bytes:
    rows = ["1", "-1", "0", "true", "false", "null", '"x"', '"é"', '"\\u0041"', '"\\n"', "1.5", "2e3", "NaN"]
    rows += ["90" * 9]
    kind = chance.randrange(4 if depth < 4 else 2)
    if kind < 2:
        return chance.choice(rows).encode()
    parts = [_json(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind == 2:
        return b"[" + b",".join(parts) + b"]"
    names = [*"abc" * 9, "A", "__proto__", "constructor", ""]
    rows = [f'"{chance.choice(names)}":'.encode() + part for part in parts]
    return b"{" + b",".join(rows) + b"}"


def _read(data: bytes) -> str:
    try:
        return encode(parse(data, limit=65_536)).hex()
    except BoardError as error:
        return type(error).__name__
