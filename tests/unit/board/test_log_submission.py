# SPDX-License-Identifier: AGPL-3.0-or-later
import base64

import pytest

from bulletin_board.errors import MalformedNote, MalformedSubmission
from bulletin_board.log.note import Signer, sign_note
from bulletin_board.log.submission import LIMIT, Submission, parse_lines, parse_size

NOTE = sign_note("log.example\n7\nx\n", Signer("log.example", b"\1" * 32))
HASH = base64.b64encode(b"\7" * 32)
# The example of C2SP tlog-witness.
EXAMPLE = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5\
/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks\
+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()


def test_the_example_of_the_specification_is_read_and_written():
    found = Submission.from_bytes(EXAMPLE)
    assert (found.old, len(found.proof)) == (20852014, 4)
    assert found.checkpoint.startswith(b"example.com/behind-the-sofa\n20852163\n")
    assert found.to_bytes() == EXAMPLE


@pytest.mark.parametrize("count", [0, 1, 63])
def test_up_to_63_hashes_are_read(count):
    data = b"old 0\n" + (HASH + b"\n") * count + b"\n" + NOTE
    assert Submission.from_bytes(data).to_bytes() == data


REFUSED = {
    "nothing": b"",
    "no checkpoint": b"old 0\n",
    "no old size": b"\n" + NOTE,
    "no empty line": b"old 0\n" + NOTE.partition(b"\n\n")[0],
    "another word": b"new 0\n\n" + NOTE,
    "capitals": b"Old 0\n\n" + NOTE,
    "two spaces": b"old  0\n\n" + NOTE,
    "a sign": b"old +1\n\n" + NOTE,
    "a leading zero": b"old 00\n\n" + NOTE,
    "other digits": "old \u0661\n\n".encode() + NOTE,
    "a size beyond 2^53": b"old 9007199254740992\n\n" + NOTE,
    "a size without end": b"old " + b"9" * 5_000 + b"\n\n" + NOTE,
    "a carriage return": b"old 0\r\n\n" + NOTE,
    "64 hashes": b"old 0\n" + (HASH + b"\n") * 64 + b"\n" + NOTE,
    "a short hash": b"old 0\n" + base64.b64encode(b"\7" * 31) + b"\n\n" + NOTE,
    "a hash without padding": b"old 0\n" + HASH[:-1] + b"\n\n" + NOTE,
    "a hash that is no text": b"old 0\n\xff\n\n" + NOTE,
    "too much": b"old 0\n\n" + b"x" * LIMIT,
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_submission_is_refused(case):
    with pytest.raises(MalformedSubmission):
        Submission.from_bytes(REFUSED[case])


@pytest.mark.parametrize("note", [b"", b"text\n", NOTE + b"\n"])
def test_a_checkpoint_that_is_no_note_is_refused(note):
    with pytest.raises((MalformedNote, MalformedSubmission)):
        Submission.from_bytes(b"old 0\n\n" + note)


def test_the_lines_of_an_answer_are_read():
    lines = "".join(f"{line}\n" for line in NOTE.decode().split("\n")[-2:-1])
    assert [line.to_text() for line in parse_lines(lines.encode() * 2)] == [lines] * 2


@pytest.mark.parametrize("data", [b"", b"\n", b"x\n", NOTE, b"\xff", b"a\n\n" + NOTE[-80:]])
def test_an_answer_without_lines_is_refused(data):
    with pytest.raises(MalformedSubmission):
        parse_lines(data)


def test_the_size_in_an_answer_is_read():
    assert parse_size(b"0\n") == 0
    assert parse_size(b"20852014\n") == 20852014


@pytest.mark.parametrize("data", [b"", b"1", b"01\n", b"-1\n", b"1\n\n", b"1 \n", b"9" * 16 + b"\n", b"x\n"])
def test_what_is_no_size_is_refused(data):
    with pytest.raises(MalformedSubmission):
        parse_size(data)
