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
REFUSED = {
    "no quorum": (GOOD, "MalformedPolicy"),
    "nothing at all": ((), "MalformedPolicy"),
    "two quorums": ((*GOOD, "quorum a", "quorum a"), "RepeatedInPolicy"),
    "a quorum of nobody": ((*GOOD, "quorum"), "MalformedPolicy"),
    "a quorum of two words": ((*GOOD, "quorum a b"), "MalformedPolicy"),
    "an unknown quorum": ((*GOOD, "quorum c"), "UnknownInPolicy"),
    "a quorum before its witness": (("quorum a", *GOOD), "UnknownInPolicy"),
    "a group before its member": (("group g all a", *GOOD, "quorum g"), "UnknownInPolicy"),
    "a group of itself": ((*GOOD, "group g any a g", "quorum g"), "UnknownInPolicy"),
    "a group of none": ((*GOOD, "group g any none", "quorum g"), "UnknownInPolicy"),
    "a member twice in a group": ((*GOOD, "group g 2 a a", "quorum g"), "RepeatedInPolicy"),
    "a member of two groups": ((*GOOD, "group g any a", "group h all a g", "quorum h"), "RepeatedInPolicy"),
    "a group named as a witness": ((*GOOD, "group a any b", "quorum a"), "RepeatedInPolicy"),
    "a group called none": ((*GOOD, "group none any a", "quorum none"), "RepeatedInPolicy"),
    "a witness called none": ((f"witness none {A}", "quorum none"), "RepeatedInPolicy"),
    "a witness's name twice": ((f"witness a {A}", f"witness a {B}", "quorum a"), "RepeatedInPolicy"),
    "a witness's key twice": ((f"witness a {A}", f"witness b {A}", "quorum a"), "RepeatedInPolicy"),
    "a log's key twice": ((f"log {LOG}", f"log {LOG}", "quorum none"), "RepeatedInPolicy"),
    "an empty group": ((*GOOD, "group g any", "quorum g"), "MalformedPolicy"),
    "a group without a threshold": ((*GOOD, "group g", "quorum g"), "MalformedPolicy"),
    "a threshold of 0": ((*GOOD, "group g 0 a b", "quorum g"), "MalformedPolicy"),
    "a threshold out of reach": ((*GOOD, "group g 3 a b", "quorum g"), "MalformedPolicy"),
    "a threshold with a zero before": ((*GOOD, "group g 01 a b", "quorum g"), "MalformedPolicy"),
    "a threshold in other digits": ((*GOOD, "group g \u0661 a b", "quorum g"), "MalformedPolicy"),
    "a threshold in words": ((*GOOD, "group g most a b", "quorum g"), "MalformedPolicy"),
    "an unknown line": ((*GOOD, "policy a", "quorum a"), "MalformedPolicy"),
    "a keyword in capitals": ((*GOOD, "Quorum a"), "MalformedPolicy"),
    "a log without a key": (("log", "quorum none"), "MalformedPolicy"),
    "a log with two addresses": ((f"log {LOG} https://a https://b", "quorum none"), "MalformedPolicy"),
    "a witness without a key": (("witness a", "quorum a"), "MalformedPolicy"),
    "a witness with two addresses": ((f"witness a {A} https://a b", "quorum a"), "MalformedPolicy"),
    "a key that is none": (("log log.example", "quorum none"), "MalformedKey"),
    "a key of another id": (
        (f"log {LOG.replace(LOG.split('+')[1], '00000000')}", "quorum none"),
        "MalformedKey",
    ),
    "a witness as log": ((f"log {A}", "quorum none"), "ForbiddenPolicyKey"),
    "a log as witness": ((f"witness a {LOG}", "quorum a"), "ForbiddenPolicyKey"),
    "a carriage return": ((*GOOD, "quorum a\r"), "MalformedPolicy"),
    "a null byte": ((*GOOD, "# \0", "quorum a"), "MalformedPolicy"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_policy_is_refused_by_name(case):
    lines, name = REFUSED[case]
    with pytest.raises(getattr(errors, name)):
        policy(*lines)


def test_a_refusal_names_its_line():
    with pytest.raises(errors.UnknownInPolicy, match="line 4"):
        policy(*GOOD, "quorum c")


def test_a_last_line_that_is_cut_off_is_refused():
    with pytest.raises(errors.MalformedPolicy):
        Policy.from_bytes(b"quorum none")


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
