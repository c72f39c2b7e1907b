# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from bulletin_board import errors
from bulletin_board.errors import BadSignature, NotFlat, NotSigned, QuorumNotMet
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner
from bulletin_board.log.keys import VerifierKey
from bulletin_board.log.note import Signer, sign_note
from bulletin_board.log.policy import Policy, any_of, open_under
from bulletin_board.log.proof import InclusionProof
from tests.unit.board.board_vectors import load

VECTORS = load("policies.json")
KNOWN = load("transparency_log.json")["proof"]
SIGNER = Signer("log.example", b"\1" * 32)
COSIGNERS = {name: Cosigner(f"{name}.example", bytes([index]) * 32) for index, name in enumerate("abcde", 2)}
KEYS = {name: cosigner.verifier_key for name, cosigner in COSIGNERS.items()}
LOG = SIGNER.verifier_key.to_text()
A, B = KEYS["a"].to_text(), KEYS["b"].to_text()
HEAD = Checkpoint(origin="log.example", size=7, root=b"\7" * 32)

TWO_LEVELS = f"""
# two houses
log {LOG}
\twitness a {A}   https://a.example/witness
witness b {B}
witness c {KEYS["c"].to_text()}
group first 2 a b c
  # another house
witness d {KEYS["d"].to_text()}
witness e {KEYS["e"].to_text()} \t
group second any d e
group both all first second
quorum both
""".encode()


def octets(case):
    return bytes.fromhex(case["hex"]) if "hex" in case else case["policy"].encode()


def signed(*names):
    lines = (COSIGNERS[name].cosign(HEAD, time=5).to_text() for name in names)
    return sign_note(HEAD.to_text(), SIGNER) + "".join(lines).encode()


def policy(*lines):
    return Policy.from_bytes("".join(f"{line}\n" for line in lines).encode())


@pytest.mark.parametrize("names", ["abd", "ace", "bcd", "abcde"])
def test_a_quorum_on_two_levels_is_met(names):
    found = open_under(signed(*names), Policy.from_bytes(TWO_LEVELS))
    assert found.checkpoint == HEAD
    assert {word.witness for word in found.cosignatures} == {KEYS[name] for name in names}


@pytest.mark.parametrize("names", ["", "abc", "de", "ade", "cd"])
def test_a_quorum_on_two_levels_is_missed(names):
    with pytest.raises(QuorumNotMet):
        open_under(signed(*names), Policy.from_bytes(TWO_LEVELS))


def test_addresses_and_names_are_read():
    found = Policy.from_bytes(TWO_LEVELS)
    assert [one.name for one in found.witnesses] == list("abcde")
    assert [one.url for one in found.witnesses] == ["https://a.example/witness", "", "", "", ""]


def test_a_policy_that_is_written_reads_back_as_itself():
    found = Policy.from_bytes(TWO_LEVELS)
    assert Policy.from_bytes(found.to_bytes()) == found


def test_the_known_checkpoint_of_another_implementation_is_good_under_its_policy():
    data = InclusionProof.from_bytes(KNOWN["proof"].encode()).checkpoint
    found = policy(f"log {KNOWN['log_vkey']}", f"witness w {KNOWN['witness_vkey']}", "quorum w")
    assert open_under(data, found).checkpoint.size == 15
    with pytest.raises(QuorumNotMet):
        open_under(data, policy(f"log {KNOWN['log_vkey']}", f"witness w {A}", "quorum w"))


def test_without_a_quorum_the_log_alone_is_enough():
    assert open_under(signed(), policy(f"log {LOG}", "quorum none")).checkpoint == HEAD


def test_a_log_that_is_not_listed_is_refused():
    with pytest.raises(NotSigned):
        open_under(signed("a"), policy(f"witness a {A}", "quorum a"))
    other = Signer("log.example", b"\x09" * 32).verifier_key.to_text()
    with pytest.raises(NotSigned):
        open_under(signed("a"), policy(f"log {other}", f"witness a {A}", "quorum a"))


def test_any_of_several_logs_may_sign():
    other = Signer("other.example", b"\x09" * 32).verifier_key.to_text()
    assert open_under(signed(), policy(f"log {other}", f"log {LOG}", "quorum none")).checkpoint == HEAD


def test_a_listed_witness_whose_signature_fails_refuses_all():
    wrong = COSIGNERS["b"].cosign(Checkpoint(origin="log.example", size=8, root=b"\7" * 32), time=5)
    data = signed("a") + wrong.to_text().encode()
    with pytest.raises(BadSignature):
        open_under(data, policy(f"log {LOG}", f"witness a {A}", f"witness b {B}", "quorum a"))


def test_names_are_octets():
    kelvin, raw = "\u212a".encode(), b"\xff\xfe"
    data = b"witness K " + A.encode() + b"\nwitness " + kelvin + b" " + B.encode()
    data += b"\ngroup " + raw + b" 1 K " + kelvin + b"\nquorum " + raw + b"\n"
    found = Policy.from_bytes(data)
    assert found.to_bytes() == data
    assert found.is_met_by({KEYS["b"]})


GOOD = (f"log {LOG}", f"witness a {A}", f"witness b {B}")


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["name"])
def test_what_is_no_policy_is_refused_by_name(case):
    with pytest.raises(getattr(errors, case["error"])):
        Policy.from_bytes(octets(case))


@pytest.mark.parametrize("case", VECTORS["opened"], ids=lambda case: case["name"])
def test_a_note_is_good_under_a_policy_or_refused_by_name(case):
    found, note = Policy.from_bytes(octets(case)), case["note"].encode()
    if "error" in case:
        with pytest.raises(getattr(errors, case["error"])):
            open_under(note, found)
    else:
        assert open_under(note, found).checkpoint == HEAD


def test_a_refusal_names_its_line():
    with pytest.raises(errors.UnknownInPolicy, match="line 4"):
        policy(*GOOD, "quorum c")


def test_a_policy_too_long_is_refused():
    with pytest.raises(errors.MalformedPolicy):
        Policy.from_bytes(b"# " + b"a" * 65_536 + b"\nquorum none\n")


def many(kind, count):
    if kind == "log":
        return [f"log {Signer('x', bytes([i]) * 32).verifier_key.to_text()}" for i in range(count)]
    if kind == "witness":
        return [f"witness w{i} {Cosigner('x', bytes([i]) * 32).verifier_key.to_text()}" for i in range(count)]
    groups = (f"group g{i} any {f'g{i - 1}' if i else 'a'}" for i in range(count))
    return [f"witness a {A}", *groups]


@pytest.mark.parametrize("kind", ["log", "witness", "group"])
def test_many_are_read_and_too_many_refused(kind):
    assert policy(*many(kind, 64), "quorum none").quorum == "none"
    with pytest.raises(errors.TooManyInPolicy):
        policy(*many(kind, 65), "quorum none")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((*GOOD, "quorum none"), 0),
        (("witness a " + A, "quorum a"), 1),
        ((*GOOD, "group g any b a", "quorum g"), 1),
        ((*GOOD, "group g all a b", "quorum g"), 2),
    ],
)
def test_the_number_of_witnesses_that_a_flat_policy_asks_for(lines, expected):
    assert policy(*lines).least() == expected


@pytest.mark.parametrize(
    "lines", [(*GOOD, "quorum a"), (*GOOD, "group g any a", "quorum g"), (*GOOD, "group g any a", "quorum b")]
)
def test_a_policy_that_is_not_flat_has_no_such_number(lines):
    with pytest.raises(NotFlat):
        policy(*lines).least()


@pytest.mark.parametrize(
    ("quorum", "names", "met"), [(0, "", True), (1, "", False), (1, "b", True), (2, "b", False)]
)
def test_the_policy_of_a_manifest(quorum, names, met):
    found = any_of(VerifierKey.from_text(LOG), [KEYS["a"], KEYS["b"]], quorum)
    assert found.is_met_by({KEYS[name] for name in names}) is met
    assert found.least() == quorum
    assert Policy.from_bytes(found.to_bytes()) == found


@pytest.mark.parametrize("case", VECTORS["manifests"], ids=lambda case: case["name"])
def test_the_policy_of_a_manifest_is_the_text_that_the_booth_reads(case):
    board = case["board"]
    witnesses = [VerifierKey.from_text(text) for text in board["witnesses"]]
    found = any_of(VerifierKey.from_text(board["log"]), witnesses, board["quorum"])
    assert found.to_bytes().decode() == case["policy"]
    assert Policy.from_bytes(found.to_bytes()) == found
