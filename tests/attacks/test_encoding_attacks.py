# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Encoding": bytes that two readers could read in two ways, or that none should read.

The server hashes, chains and signs whatever it is given; the payload alone is wrong.
"""

import copy
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulletin_board.codec import canonical
from bulletin_board.errors import UnsafeArchive
from bulletin_board.sources import open_source
from tally.verifier.report import Verdict
from tally.verifier.verify import Options, verify
from tests.attacks.judge import assert_only, assert_refuted, report, status
from tests.simulator import ELECTION_ID

CLOSE, FINAL = 10, 14


def with_payload(world, place, data):
    entries = list(world.entries)
    entries[place] = (entries[place][0], data)
    return world.board(entries)


def final_with(world, change):
    return with_payload(world, FINAL, change(world.entries[FINAL][1]))


def _before_the_end(text):
    return lambda data: data[:-1] + text + b"}"


def _reversed(data):
    value = json.loads(data)
    return json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode()


FINALS = {
    "a key twice": (lambda d: b'{"election":"x",' + d[1:], "DuplicateKey"),
    "NaN": (_before_the_end(b',"x":NaN'), "ForbiddenNumber"),
    "an infinity": (_before_the_end(b',"x":-Infinity'), "ForbiddenNumber"),
    "1e400": (_before_the_end(b',"x":1e400'), "ForbiddenNumber"),
    "a fraction": (_before_the_end(b',"x":1.5'), "ForbiddenNumber"),
    "2^53": (_before_the_end(b',"x":9007199254740992'), "ForbiddenNumber"),
    "an integer of 500 digits": (_before_the_end(b',"x":' + b"9" * 500), "ForbiddenNumber"),
    "a leading zero": (_before_the_end(b',"x":01'), "NotJson"),
    "an underscore": (_before_the_end(b',"x":1_000'), "NotJson"),
    "a plus sign": (_before_the_end(b',"x":+1'), "NotJson"),
    "negative zero": (_before_the_end(b',"x":-0'), "NotCanonical"),
    "digits of another script": (_before_the_end(',"x":١'.encode()), "NotJson"),
    "null": (_before_the_end(b',"x":null'), "ForbiddenValue"),
    "a field that nobody knows": (_before_the_end(b',"x":1'), "UnknownField"),
    "a prototype": (_before_the_end(b',"__proto__":{}'), "ForbiddenKey"),
    "keys in another order": (_reversed, "NotCanonical"),
    "blanks": (lambda d: d.replace(b":", b": ", 1), "NotCanonical"),
    "a newline at the end": (lambda d: d + b"\n", "NotCanonical"),
    "two objects": (lambda d: d + d, "NotJson"),
    "an escape that need not be": (lambda d: d.replace(b"veritally", b"\\u0076eritally"), "NotCanonical"),
    "a byte order mark": (lambda d: b"\xef\xbb\xbf" + d, "ByteOrderMark"),
    "another character set": (lambda d: d.decode().encode("utf-16"), "NotUtf8"),
    "an overlong slash": (lambda d: d.replace(b"/", b"\xc0\xaf", 1), "NotUtf8"),
    "a lone surrogate": (_before_the_end(b',"x":"\\ud800"'), "ForbiddenText"),
    "a control character": (_before_the_end(b',"x":"\\u0007"'), "ForbiddenText"),
    "text that turns around": (_before_the_end(',"x":"\u202e"'.encode()), "ForbiddenText"),
    "text that is not composed": (_before_the_end(',"x":"e\u0301"'.encode()), "ForbiddenText"),
    "a digest in capitals": (lambda d: d.replace(b'"election":"', b'"election":"A', 1), "WrongLength"),
    "a blank in a digest": (lambda d: d[:-3] + b' "}', "WrongForm"),
    "nesting": (lambda d: d[:-1] + b',"x":' + b"[" * 40 + b"]" * 40 + b"}", "TooDeep"),
    "a tower of brackets": (lambda _: b"[" * 1_000, "TooDeep"),
    "a list": (lambda _: b"[]", "WrongType"),
    "a number": (lambda _: b"1", "WrongType"),
    "nothing": (lambda _: b"", "NotJson"),
    "the beginning only": (lambda d: d[:-1], "NotJson"),
    "too much": (lambda d: d + b" " * 2_000, "InputTooLarge"),
    "a field missing": (lambda d: d.replace(b'"election"', b'"elections"'), "MissingField"),
    "another format": (lambda d: d.replace(b"final/1", b"final/2"), "WrongForm"),
    "no format": (lambda d: d.replace(b'"format":"veritally/final/1",', b""), "MissingField"),
}


@pytest.mark.parametrize("name", FINALS)
def test_a_payload_is_refused_with(world, name):
    change, error = FINALS[name]
    assert_only(world, final_with(world, change), "H.6", error)


CLOSINGS = {
    "true for one": (b'"challenged":1,', b'"challenged":true,', "WrongType"),
    "text for a number": (b'"challenged":1,', b'"challenged":"1",', "WrongType"),
    "a number below zero": (b'"challenged":1,', b'"challenged":-1,', "OutOfRange"),
}


@pytest.mark.parametrize("name", CLOSINGS)
def test_a_closing_entry_is_refused_with(world, name):
    old, new, error = CLOSINGS[name]
    data = world.entries[CLOSE][1]
    assert old in data
    assert_refuted(world, with_payload(world, CLOSE, data.replace(old, new)), "G.1", error)


def _slack(text):
    """The last character of an unpadded base64 text with its unused bits set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) + 1]


BASE64 = {
    "slack bits": (_slack, "NotBase64"),
    "padding": (lambda text: text + "=", "WrongLength"),
    "the other alphabet": (lambda text: "+/" + text[2:], "NotBase64"),
    "a newline": (lambda text: text[:-1] + " ", "NotBase64"),
    "capitals of another script": (lambda text: "Α" + text[1:], "NotBase64"),
    "a byte less": (lambda text: text[:-2], "WrongLength"),
    "nothing": (lambda _: "", "WrongLength"),
}


@pytest.mark.parametrize("name", BASE64)
def test_a_ballot_is_refused_whose_credential_has(world, name):
    change, error = BASE64[name]
    value = canonical.parse(world.entries[4][1], limit=1 << 20)
    value["credential"] = change(value["credential"])
    assert_refuted(world, with_payload(world, 4, canonical.encode(value)), "F.1", error)


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"[" * 1_000_000, "TooDeep"), (b'{"a":' + b"9" * 1_000_000 + b"}", "ForbiddenNumber")],
    ids=["a tower", "a number"],
)
def test_a_payload_is_refused_that_is_a_million_bytes_of(world, data, error):
    assert_only(world, with_payload(world, 0, data), "C.1", error)


def test_a_piece_of_another_kind_is_refused(world):
    assert_refuted(world, with_payload(world, CLOSE, world.entries[FINAL][1]), "G.1", "WrongForm")


# Every field of every kind of record, replaced by every kind of value, through the whole verifier.

HOSTILE = [
    "",
    "x",
    "0" * 64,
    "[/bold]",
    "A" * 5_000,
    -1,
    0,
    1,
    2**53 - 1,
    True,
    False,
    [],
    {},
    ["x"],
    [[]],
    [0, 0],
    {"en": ""},
    "f" * 4_096,
    ELECTION_ID,
]
KINDS = ["manifest", "roll", "key", "open", "ballot", "challenged", "close", "share", "result", "final"]


def paths_in(value, prefix=()):
    """Every place in a JSON value, as keys and indices."""
    yield prefix
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths_in(item, (*prefix, key))


def replaced(value, path, hostile):
    if not path:
        return hostile
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = hostile
    return value


@settings(
    max_examples=70,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_field_can_be_given_a_value_that_is_not_refused_by_name(world, data):
    kind = data.draw(st.sampled_from(KINDS))
    place = [name for name, _ in world.entries].index(kind)
    value = canonical.parse(world.entries[place][1], limit=1 << 26)
    path = data.draw(st.sampled_from(sorted(paths_in(value), key=repr)))
    changed = replaced(value, path, data.draw(st.sampled_from(HOSTILE)))
    found = report(world, with_payload(world, place, canonical.encode(changed)))
    if changed != value:
        assert found.verdict is Verdict.REFUTED
    canonical.encode(found.to_value())  # and the report can be written


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_bytes_at_all_are_more_than_refused(world, data):
    place = data.draw(st.sampled_from(range(len(world.entries))))
    payload = data.draw(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
    found = report(world, with_payload(world, place, payload))
    assert found.verdict is Verdict.REFUTED
    canonical.encode(found.to_value())


# Archives.


def write(path, members, **changes):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            for field, value in changes.items():
                setattr(info, field, value)
            archive.writestr(info, data)
    return path


@pytest.fixture
def members(world):
    return sorted(world.board().files.items())


def judge(world, path):
    with open_source(str(path)) as source:
        options = Options(fingerprint=world.fingerprint, allow_test_modulus=True)
        return verify(source, options).report


def test_an_honest_archive_is_verified(world, members, tmp_path):
    assert judge(world, write(tmp_path / "board.zip", members)).verdict is Verdict.VERIFIED


ARCHIVES = {
    "a path out of the archive": lambda m: write(m[0], [*m[1], ("../evil", b"")]),
    "an absolute path": lambda m: write(m[0], [*m[1], ("/etc/passwd", b"")]),
    "a path of another system": lambda m: write(m[0], [*m[1], ("blob\\evil", b"")]),
    "a link": lambda m: write(m[0], m[1], external_attr=0o120777 << 16),
    "a bomb": lambda m: write(m[0], m[1], compress_type=zipfile.ZIP_DEFLATED),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_refused_with(world, members, tmp_path, name):
    path = ARCHIVES[name]((tmp_path / "board.zip", members))
    with pytest.raises(UnsafeArchive):
        judge(world, path)


def test_an_archive_with_one_path_twice_is_refused(world, members, tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write(tmp_path / "board.zip", [*members, members[0]])
    with pytest.raises(UnsafeArchive):
        judge(world, path)


def test_something_that_is_no_archive_is_refused(world, tmp_path):
    path = tmp_path / "board.zip"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(UnsafeArchive):
        judge(world, path)


def damaged(path, data):
    """The archive with one byte of a member flipped, its checksum as it was."""
    archive = path.read_bytes()
    place = archive.index(data) + len(data) // 2
    path.write_bytes(archive[:place] + bytes([archive[place] ^ 1]) + archive[place + 1 :])
    return path


def test_a_damaged_payload_in_an_archive_is_refused(world, members, tmp_path):
    path = damaged(write(tmp_path / "board.zip", members), world.entries[5][1])
    found = judge(world, path)
    assert found.verdict is Verdict.REFUTED
    assert status(found, "B.4").value == "FAIL"


def test_damaged_commitments_in_an_archive_change_no_verdict(world, members, tmp_path):
    path = damaged(write(tmp_path / "board.zip", members), world.commitments[world.ballot(0).tracker])
    assert judge(world, path).verdict is Verdict.VERIFIED
