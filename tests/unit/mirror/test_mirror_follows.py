# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mirror copies what a log has signed, in steps, and stops at nothing but what is wrong."""

import errno
import hashlib

import pytest

from bulletin_board import layout, reader
from bulletin_board.errors import (
    BadSignature,
    BoardError,
    FolderBusy,
    NotFound,
    NotSigned,
    PayloadMismatch,
    QuorumNotMet,
    RootMismatch,
    WrongPrevious,
)
from bulletin_board.files import only_writer
from bulletin_board.log import merkle
from bulletin_board.log.checkpoint import Checkpoint
from bulletin_board.log.cosignature import Cosigner, open_cosigned
from bulletin_board.log.note import Note, Signer, sign_note
from bulletin_board.log.policy import any_of
from bulletin_board.mirror import checking, copy, following
from bulletin_board.mirror.copy import Copy, pinned_key
from bulletin_board.mirror.errors import (
    AnotherLog,
    BoardForked,
    BoardIsOlder,
    CopyDamaged,
    MirrorClockWentBack,
)
from bulletin_board.sources import FolderSource
from tests.histories import LOG, ORIGIN, History, fork, numbered
from tests.simulator import MemorySource

NOW = 1_800_000_000
OWN = Cosigner("mirror.example", b"\5" * 32)


def read_all(folder):
    """Everything in the copy, verified as any reader would."""
    source = FolderSource(folder)
    head = reader.open_checkpoint(source, LOG.verifier_key)
    return [reader.read_payload(source, envelope) for envelope, _ in reader.iter_entries(source, head)]


def served(folder):
    """The files of the copy that a web server would give out."""
    files = (file for file in folder.rglob("*") if file.is_file())
    paths = (file.relative_to(folder) for file in files)
    return {path.as_posix(): (folder / path).read_bytes() for path in paths if not path.name.startswith(".")}


def test_a_board_is_copied_whole(mirror, folder):
    log = History().grow(*numbered(0, 5))
    assert mirror(log.files()) == log.head()
    assert served(folder) == {**log.files(), "entries.jsonl": log.lines()}


@pytest.mark.parametrize("steps", [(1, 2, 3), (5, 255, 256, 257), (256, 512), (300, 301), (3, 600)])
def test_a_board_is_followed_in_steps(mirror, folder, steps):
    log = History()
    for size in steps:
        log.grow(*numbered(log.size, size))
        assert mirror(log.files()).size == size
        assert read_all(folder) == log.payloads
        assert (folder / "entries.jsonl").read_bytes() == log.lines()
    wanted = log.files()
    assert {path: data for path, data in served(folder).items() if path in wanted} == wanted


def test_partial_tiles_go_when_the_full_one_is_there(mirror, folder):
    log = History().grow(*numbered(0, 200))
    mirror(log.files())
    mirror(log.grow(*numbered(200, 256)).files())
    assert not [path for path in served(folder) if path.startswith(("tile/0/000.p", "tile/entries/000.p"))]


def test_the_board_of_a_mirror_can_be_mirrored(mirror, folder, tmp_path):
    log = History().grow(*numbered(0, 300))
    mirror(log.files())
    second = tmp_path / "second"
    second.mkdir()
    following.follow(FolderSource(folder), Copy(second, LOG.verifier_key), now=NOW)
    assert served(second) == served(folder)


def test_an_empty_log_is_mirrored_and_then_followed(mirror, folder):
    log = History()
    mirror(log.files())
    assert mirror(log.grow(b"first").files()).size == 1


def test_only_what_is_new_is_fetched(mirror):
    log = History().grow(*numbered(0, 300))
    mirror(log.files())
    log.grow(*numbered(300, 302))

    class Counting(MemorySource):
        def read(self, path, *, limit):
            asked.append(path)
            return super().read(path, limit=limit)

    asked = []
    mirror(Counting(log.files()))
    assert sum(path.startswith("blob/") for path in asked) == 2
    assert [path for path in asked if path.startswith("tile/entries")] == ["tile/entries/001.p/46"]


def test_nothing_is_written_when_nothing_is_new(mirror, folder):
    log = History().grow(*numbered(0, 5))
    mirror(log.files())
    before = (folder / "checkpoint").stat().st_mtime_ns
    mirror(log.files())
    assert (folder / "checkpoint").stat().st_mtime_ns == before


def test_new_cosignatures_of_the_same_head_are_taken_over(mirror, folder):
    log = History().grow(*numbered(0, 5))
    mirror(log.files())
    line = Cosigner("press.example", b"\6" * 32).cosign(log.head(), time=5).to_text().encode()
    mirror({**log.files(), "checkpoint": log.note() + line})
    assert (folder / "checkpoint").read_bytes() == log.note() + line


def test_a_log_that_has_grown_past_its_partial_tiles_is_read_from_full_ones(mirror, folder):
    log = History().grow(*numbered(0, 200))
    mirror(log.files())
    log.grow(*numbered(200, 250))
    then = {"checkpoint": log.note(), "log.vkey": log.files()["log.vkey"]}
    later = log.grow(*numbered(250, 600)).files()
    assert mirror({**later, **then}).size == 250
    assert len(read_all(folder)) == 250


# What is refused: the copy stays as it was.


@pytest.fixture
def held(mirror, folder):
    """A copy of five entries, and the log they are of."""
    log = History().grow(*numbered(0, 5))
    mirror(log.files())
    return log


def stays(folder, log):
    assert (folder / "checkpoint").read_bytes() == log.note(5)
    assert read_all(folder) == log.payloads[:5]


@pytest.mark.parametrize("length", [5, 6, 300])
@pytest.mark.parametrize("common", [0, 3, 4])
def test_a_fork_is_refused_and_both_checkpoints_are_kept(mirror, folder, held, length, common):
    _, false = fork(common, 5)
    false.grow(*numbered(5, length))
    with pytest.raises(BoardForked, match="a fork") as caught:
        mirror(false.files())
    stays(folder, held)
    (place,) = (folder / "evidence").iterdir()
    assert str(place.parent) in str(caught.value)
    for name, log in (("ours", held), ("theirs", false)):
        kept = Checkpoint.from_text(Note.from_bytes((place / name).read_bytes()).text)
        assert kept == log.head()


def test_a_shorter_fork_is_refused_too(mirror, folder, held):
    _, false = fork(2, 4)
    with pytest.raises(BoardForked):
        mirror(false.files())
    stays(folder, held)


def test_a_fork_that_comes_again_is_kept_once(mirror, folder, held):
    _, false = fork(3, 5)
    for _ in range(3):
        with pytest.raises(BoardForked):
            mirror(false.files())
    assert len(list((folder / "evidence").iterdir())) == 1


def test_evidence_does_not_fill_the_disk(mirror, folder, held, monkeypatch):
    monkeypatch.setattr(copy, "MAX_EVIDENCE", 3)
    _, false = fork(3, 5)
    for index in range(5):
        with pytest.raises(BoardForked, match="too much evidence" if index > 2 else "both are kept"):
            mirror(false.grow(b"more %d" % index).files())
    assert len(list((folder / "evidence").iterdir())) == 3


def without(files, *beginnings):
    return {path: data for path, data in files.items() if not path.startswith(beginnings)}


@pytest.mark.parametrize("size", [300, 256, 5])
def test_a_damaged_hash_tile_of_the_source_is_no_fork(mirror, folder, size):
    log = History().grow(*numbered(0, size))
    mirror(log.files())
    files = log.grow(*numbered(size, 700)).files()
    for path in [path for path in files if path.startswith("tile/") and "entries" not in path]:
        files[path] = bytes([files[path][0] ^ 1]) + files[path][1:]
    assert mirror(files).size == 700
    assert read_all(folder) == log.payloads
    wanted = log.files()
    assert {path: data for path, data in served(folder).items() if path in wanted} == wanted
    assert not (folder / "evidence").exists()


@pytest.mark.parametrize("seq", [2, 6])
def test_a_damaged_entry_of_the_source_is_no_fork(mirror, folder, held, seq):
    files = held.grow(*numbered(5, 9)).files()
    (path,) = (path for path in files if path.startswith("tile/entries/"))
    begin = files[path].index(held.envelopes[seq])
    files[path] = files[path][:begin] + bytes([files[path][begin] ^ 1]) + files[path][begin + 1 :]
    if seq < 5:  # the mirror has it already, and does not ask for it
        assert mirror(files).size == 9
    else:
        with pytest.raises(BoardError, match="entry 6"):
            mirror(files)
        stays(folder, held)
    assert not (folder / "evidence").exists()


def test_a_longer_fork_whose_entries_are_withheld_or_damaged_is_not_proved(mirror, folder, held):
    files = fork(3, 9)[1].files()
    with pytest.raises(NotFound):
        mirror(without(files, "tile/entries/"))
    (path,) = (path for path in files if path.startswith("tile/entries/"))
    damaged = files[path][:9] + bytes([files[path][9] ^ 1]) + files[path][10:]
    with pytest.raises(WrongPrevious, match="entry 5"):
        mirror({**files, path: damaged})
    assert not (folder / "evidence").exists()
    with pytest.raises(BoardForked):
        mirror(without(files, "tile/0", "blob/"))


def test_a_longer_fork_is_one_also_if_its_entries_are_no_chain(mirror, folder, held):
    _, false = fork(3, 6)
    false.envelopes.append(b"no envelope")
    for node in false.tree.add(merkle.leaf_hash(b"no envelope")):
        false.hashes[node.level, node.index] = node.hash
    with pytest.raises(BoardForked):
        mirror(false.files())
    stays(folder, held)


def test_a_fork_that_was_proved_is_not_read_again(mirror, folder, held):
    _, false = fork(3, 9)
    asked = []
    for _ in range(2):
        asked.clear()
        with pytest.raises(BoardForked):
            mirror(Counted(false.files(), asked))
    assert asked == ["checkpoint"]


def test_a_damaged_hash_of_the_copy_makes_no_fork_of_an_older_board(mirror, folder, held):
    file = folder / "tile/0/000.p/5"
    file.write_bytes(b"\0" + file.read_bytes()[1:])
    with pytest.raises(BoardIsOlder):
        mirror(History().grow(*numbered(0, 3)).files())
    (folder / "tile/entries/000.p/5").write_bytes(b"")
    with pytest.raises(CopyDamaged):
        mirror(History().grow(*numbered(0, 3)).files())
    assert not (folder / "evidence").exists()


@pytest.mark.parametrize("size", [0, 1, 4])
def test_an_older_board_is_refused_without_being_called_a_fork(mirror, folder, held, size):
    with pytest.raises(BoardIsOlder):
        mirror(History().grow(*numbered(0, size)).files())
    stays(folder, held)
    assert not (folder / "evidence").exists()


def test_the_log_goes_on_after_a_refused_fork(mirror, folder, held):
    with pytest.raises(BoardForked):
        mirror(fork(3, 5)[1].files())
    assert mirror(held.grow(*numbered(5, 9)).files()).size == 9


def test_a_checkpoint_that_nobody_signed_is_refused(mirror, folder, held):
    files = held.grow(b"more").files()
    stranger = sign_note(held.head().to_text(), Signer(ORIGIN, b"M" * 32))
    with pytest.raises(NotSigned):
        mirror({**files, "checkpoint": stranger})
    with pytest.raises(BadSignature):
        mirror({**files, "checkpoint": files["checkpoint"].replace(b"\n6\n", b"\n7\n")})
    stays(folder, held)


def swapped(files, prefix, data):
    """One file of this kind that the copy does not hold yet, replaced."""
    path = max(path for path in files if path.startswith(prefix))
    return {**files, path: data}


def test_a_payload_that_is_missing_or_another_is_refused(mirror, folder, held):
    files = held.grow(b"more").files()
    path = layout.blob_path(hashlib.sha256(b"more").hexdigest())
    with pytest.raises(NotFound):
        mirror({name: data for name, data in files.items() if name != path})
    with pytest.raises(PayloadMismatch, match="entry 5"):
        mirror({**files, path: b"less"})
    stays(folder, held)
    assert mirror(files).size == 6


def test_entries_that_are_not_under_the_root_are_refused_and_forgotten(mirror, folder, held):
    true, false = fork(5, 7)
    files = {path: data for path, data in false.files().items() if "entries" in path or "blob" in path}
    with pytest.raises(RootMismatch, match="not those of the signed checkpoint"):
        mirror({**true.files(), **files})
    stays(folder, held)
    assert mirror(true.files()).size == 7
    assert read_all(folder) == true.payloads


def test_no_payload_is_asked_for_before_it_is_known_that_the_log_signed_the_entry(mirror, folder, held):
    true, false = fork(5, 300)
    lies = {path: data for path, data in false.files().items() if "entries" in path or "blob" in path}
    before = served(folder)
    for _ in range(2):
        asked = []
        with pytest.raises((RootMismatch, WrongPrevious)):
            mirror(Counted({**true.files(), **lies}, asked))
        assert not [path for path in asked if path.startswith("blob/")]
        assert served(folder) == before
    assert not (folder / ".incoming").exists()


def test_a_payload_that_is_another_is_not_kept_however_often_it_comes(mirror, folder, held):
    files = held.grow(b"more").files()
    path = layout.blob_path(hashlib.sha256(b"more").hexdigest())
    before = served(folder)
    for index in range(3):
        with pytest.raises(PayloadMismatch):
            mirror({**files, path: b"les%d" % index})
        assert {path: data for path, data in served(folder).items() if ".incoming" not in path} == before
    assert not [file for file in (folder / ".incoming" / "blob").glob("*") if file.is_file()]


def test_what_was_fetched_of_one_fork_is_not_published_with_another(mirror, folder):
    true, false = fork(3, 5)
    path = layout.blob_path(hashlib.sha256(false.payloads[4]).hexdigest())
    with pytest.raises(NotFound):
        mirror({name: data for name, data in false.files().items() if name != path})
    with pytest.raises(RootMismatch):  # it goes on with the entries that it had
        mirror(true.files())
    mirror(true.grow(b"more").files())
    assert served(folder) == {**true.files(), "entries.jsonl": true.lines()}


# The lines


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines + b'{"envelope":{"payload_l',
        lambda lines: lines + fork(5, 7)[1].lines()[len(lines) :],
        lambda lines: lines + fork(5, 7)[1].lines()[len(lines) : -9],
        lambda lines: lines[:-1],
        lambda _lines: History().grow(*numbered(0, 2)).lines(),
        lambda _lines: b"",
        lambda _lines: b"damaged\n",
        lambda _lines: None,
    ],
    ids=range(8),
)
def test_lines_that_were_left_by_a_killed_process_or_are_missing_are_put_right(mirror, folder, held, change):
    file = folder / "entries.jsonl"
    changed = change(file.read_bytes())
    file.unlink()
    if changed is not None:
        file.write_bytes(changed)
    mirror(held.grow(b"more", b"and more").files())
    assert file.read_bytes() == held.lines()


def test_a_copy_without_lines_gets_them_though_the_board_has_ended(mirror, folder, held):
    (folder / "entries.jsonl").unlink()
    mirror(held.files())
    assert (folder / "entries.jsonl").read_bytes() == held.lines()


def test_an_empty_board_has_no_lines(mirror, folder):
    mirror(History().files())
    assert (folder / "entries.jsonl").read_bytes() == b""


def test_a_disk_that_is_full_leaves_the_copy_as_it_was_and_the_next_step_goes_on(
    mirror, folder, held, monkeypatch
):
    def full(file, length, pieces):
        with file.open("ab") as opened:
            opened.write(next(iter(pieces))[:99])
        raise OSError(errno.ENOSPC, "No space left on device")

    files = held.grow(b"more", b"and more").files()
    with monkeypatch.context() as patch:
        patch.setattr(copy, "cut_and_append", full)
        with pytest.raises(OSError, match="No space"):
            mirror(files)
    stays(folder, held)
    mirror(files)
    assert (folder / "entries.jsonl").read_bytes() == held.lines()
    assert read_all(folder) == held.payloads


def test_a_damaged_payload_makes_no_line(mirror, folder, held):
    path = layout.blob_path(hashlib.sha256(held.payloads[2]).hexdigest())
    (folder / path).write_bytes(b"damaged")
    (folder / "entries.jsonl").unlink()
    with pytest.raises(NotFound):
        mirror(without(held.files(), path), now=NOW + checking.EVERY)
    assert not (folder / "entries.jsonl").exists()
    mirror(held.files(), now=NOW + checking.EVERY)
    assert (folder / "entries.jsonl").read_bytes() == held.lines()


def test_a_chain_that_breaks_is_refused_and_forgotten(mirror, folder, held):
    true, false = fork(3, 300)
    lies = {path: data for path, data in false.files().items() if "entries" in path or "blob" in path}
    true_five = History().grow(*true.payloads[:5])
    del held
    with pytest.raises(BoardForked):  # what the copy holds is of neither
        mirror(true_five.files())
    other = History().grow(*numbered(0, 5), *numbered(5, 300, "true"))
    with pytest.raises(WrongPrevious, match="entry 5"):
        mirror({**other.files(), **lies})
    assert mirror(other.files()).size == 300


def test_a_server_that_goes_away_in_between_loses_nothing_of_what_was_fetched(mirror, folder):
    log = History().grow(*numbered(0, 600))
    asked = []

    class Failing(MemorySource):
        def read(self, path, *, limit):
            if len(asked) > 560:
                raise NotFound("gone")
            asked.append(path)
            return super().read(path, limit=limit)

    with pytest.raises(NotFound):
        mirror(Failing(log.files()))
    assert not (folder / "checkpoint").exists()
    fetched, asked[:] = set(asked), []
    mirror(Counted(log.files(), asked))
    assert set(asked) & fetched <= {"checkpoint", "tile/entries/002.p/88"}  # whose payloads were missing
    assert read_all(folder) == log.payloads


class Counted(MemorySource):
    def __init__(self, files, asked) -> None:
        super().__init__(files)
        object.__setattr__(self, "asked", asked)

    def read(self, path, *, limit):
        self.asked.append(path)
        return super().read(path, limit=limit)


def test_a_policy_that_the_checkpoint_does_not_meet_is_no_update(mirror, folder, held):
    press = Cosigner("press.example", b"\6" * 32)
    policy = any_of(LOG.verifier_key, [press.verifier_key], 1)
    held.grow(b"more")
    with pytest.raises(QuorumNotMet):
        mirror(held.files(), policy=policy)
    stays(folder, held)
    line = press.cosign(held.head(), time=5).to_text().encode()
    assert mirror({**held.files(), "checkpoint": held.note() + line}, policy=policy).size == 6


# The copy itself


@pytest.mark.parametrize("path", ["checkpoint", "log.vkey"])
def test_a_damaged_copy_is_not_built_upon(mirror, folder, held, path):
    (folder / path).write_bytes(b"\0" * len((folder / path).read_bytes()))
    with pytest.raises(CopyDamaged):
        mirror(held.grow(b"more").files())


def test_a_damaged_payload_that_comes_again_is_fetched_again(mirror, folder, held):
    from bulletin_board.log.envelope import Envelope

    digest = Envelope.from_bytes(held.envelopes[0]).payload_sha256
    (folder / "blob" / digest).write_bytes(b"damaged")
    mirror(held.grow(held.payloads[0]).files())
    assert (folder / "blob" / digest).read_bytes() == held.payloads[0]


def test_a_copy_of_one_log_does_not_become_one_of_another(folder, mirror, held):
    with pytest.raises(AnotherLog):
        Copy(folder, Signer("elsewhere.example", b"L" * 32).verifier_key)
    assert pinned_key(folder) == LOG.verifier_key


def test_two_processes_do_not_write_into_one_copy(folder):
    with only_writer(folder), pytest.raises(FolderBusy), only_writer(folder):
        pass
    with only_writer(folder):
        pass


# Cosigning


def words(folder):
    data = (folder / "checkpoint").read_bytes()
    return [
        word.time for word in open_cosigned(data, LOG.verifier_key, [OWN.verifier_key], quorum=1).cosignatures
    ]


def test_a_mirror_cosigns_what_it_holds(mirror, folder):
    log = History().grow(*numbered(0, 5))
    mirror(log.files(), cosigner=OWN)
    assert words(folder) == [NOW]
    mirror(log.grow(b"more").files(), cosigner=OWN, now=NOW + 9)
    assert words(folder) == [NOW + 9]


def test_a_mirror_cosigns_no_fork(mirror, folder):
    true, false = fork(3, 5)
    mirror(true.files(), cosigner=OWN)
    before = (folder / "checkpoint").read_bytes()
    for _ in range(2):
        with pytest.raises(BoardForked):
            mirror(false.files(), cosigner=OWN)
        false.grow(b"more")
    assert (folder / "checkpoint").read_bytes() == before


def test_a_mirror_whose_clock_went_back_does_not_cosign(mirror, folder):
    log = History().grow(*numbered(0, 5))
    mirror(log.files(), cosigner=OWN)
    mirror(log.grow(b"more").files(), cosigner=OWN, now=NOW - 60)
    assert words(folder) == [NOW]
    with pytest.raises(MirrorClockWentBack):
        mirror(log.grow(b"and more").files(), cosigner=OWN, now=NOW - 61)


def test_lines_in_the_mirrors_own_name_are_not_taken_over(mirror, folder):
    log = History().grow(*numbered(0, 5))
    false = OWN.cosign(Checkpoint(origin=ORIGIN, size=9, root=b"\1" * 32), time=5).to_text().encode()
    mirror({**log.files(), "checkpoint": log.note() + false})
    mirror({**log.files(), "checkpoint": log.note() + false}, cosigner=OWN)
    assert words(folder) == [NOW]


def test_many_strangers_signatures_do_not_crowd_out_the_logs(mirror, folder):
    log = History().grow(*numbered(0, 5))
    text, _, line = log.note().partition(b"\n\n")
    strangers = b"".join(
        Cosigner(f"{index}.example", b"\6" * 32).cosign(log.head(), time=5).to_text().encode()
        for index in range(63)
    )
    mirror({**log.files(), "checkpoint": text + b"\n\n" + strangers + line}, cosigner=OWN)
    assert words(folder) == [NOW]
