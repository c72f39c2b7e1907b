# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the freeze to the publication: what each step puts on the board (docs/operations.md, "Running").

Every step is one sequencing block, in which the state is read again: two officials, or an official and the
clock, cannot take the same step twice, and a step that was cut off can be taken again. A rehearsal may open
and close at any time; any other election keeps to the times in its manifest.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from bulletin_board import cosigned, storage
from bulletin_board.models import Log
from bulletin_board.storage import Sequencer
from tally import opened as tally_opened
from tally.count import Count
from tally.record.closing import Closing
from tally.record.counted import Counted
from tally.record.fingerprint import election_fingerprint
from tally.record.order import CLOSE, KEY, MANIFEST, OPEN, ROLL
from tally.record.roll import Roll
from voting.errors import ChangedMeanwhile, NotReady, TooEarly, TooLate
from voting.mailed import rolls as mailed_rolls
from voting.mailed.choice import check_keys
from voting.models import Election
from voting.registration import rolls as registered_rolls
from voting.served_code import BOOTH
from voting.services import drafting, log_key, rechecking, roll_changes
from voting.services.board import election_log, sign_head
from voting.services.opened import opened_election, opening_of
from voting.services.refusals import digest_of
from voting.states import Action, State, after


def freeze(election: Election, *, now: datetime, confirmed: str | None = None) -> str:
    """Fix everything: check it all together, post manifest, roll and key; return the fingerprint.

    The check takes seconds: what is fixed is what was checked, or nothing; and what was `confirmed`, if that
    is a fingerprint. Raises WrongState, NotReady, TooLate, ChangedMeanwhile, KeyOfAnotherDraft, what
    `check_keys` and `check_roll` do, and what the manifest, the roll, the key and its certificate raise.
    """
    after(election.where, Action.FREEZE)
    gaps = drafting.missing(election)
    if gaps:
        raise NotReady(f"cannot be frozen yet; missing: {'; '.join(gaps)}", computed=gaps)
    manifest, record = drafting.manifest_of(election), drafting.key_record(election)
    check_ends_later(election, now=now)
    check_keys(manifest.registrar)
    drafting.check_made_for(record, manifest.payload_sha256)
    check_roll(election)
    roll = Roll.from_bytes(bytes(election.roll or b""))
    roll.check(manifest)
    roll.check_credentials()
    record.check(manifest)
    tally_opened.check_certificate(record)
    tally_opened.check_verification_keys(record)
    payloads = (manifest.to_bytes(), roll.to_bytes(), record.to_bytes())
    if confirmed is not None and confirmed != _fingerprint(payloads):
        raise ChangedMeanwhile("something has changed since it was confirmed")
    origin = log_key.origin_of(election.slug)
    log = Log.objects.filter(origin=origin).first() or storage.create_log(origin)
    cosigned.demand(log, manifest.board.log, manifest.board.witnesses, manifest.board.quorum)
    with _step(election, Action.FREEZE, log) as (row, sequencer):
        if _ahead(row) != payloads:
            raise ChangedMeanwhile("the election was edited while it was checked")
        for entry_type, payload in zip((MANIFEST, ROLL, KEY), payloads, strict=True):
            sequencer.append(entry_type, payload, now=now)
        row.log, (row.manifest, row.roll, row.key) = log, payloads
        row.fingerprint = _fingerprint(payloads)
    _finish(election)
    return election.fingerprint


def check_ends_later(election: Election, *, now: datetime) -> None:
    """Raise TooLate if the voting would be over before it began; a rehearsal opens and closes at any time."""
    if election.closes_at <= now and not election.plan.rehearsal:
        raise TooLate(f"voting closes at {election.closes_at:%Y-%m-%d %H:%M} UTC", computed=now)


def check_roll(election: Election) -> None:
    """The roll is of the approved registrations, or of the mailed codes, where voters get their keys so.

    Raises RollOutOfDate, RollOfOthers.
    """
    registered_rolls.check_roll(election)
    mailed_rolls.check_roll(election)


def open_election(election: Election, *, now: datetime) -> None:
    """Post the opening entry: from now on ballots are taken. Raises WrongState, TooEarly."""
    _check_time(election, election.opens_at, now, "opens")
    with _step(election, Action.OPEN, election_log(election)) as (row, sequencer):
        row.booth = BOOTH.digest()
        sequencer.append(OPEN, opening_of(row).to_bytes(), now=now)
        row.opened_at = now
    _finish(election)


def close_election(election: Election, *, now: datetime) -> None:
    """Take no more ballots; once all are checked again, post the closing entry with the counted set.

    Before that is done, or when it was cut off, the election is `closed`: the same call goes on with it, for
    a few seconds each time (`rechecking.progress`). Raises WrongState, TooEarly.
    """
    if election.where is not State.CLOSED:
        _check_time(election, election.closes_at, now, "closes")
        with _step(election, Action.CLOSE, election_log(election)) as (row, _):
            row.closed_at = now
        _finish(election)
    if not rechecking.recheck(election, now=now).is_complete:
        return
    with _step(election, Action.POST_CLOSING, election_log(election)) as (row, sequencer):
        sequencer.append(CLOSE, _closing(row).to_bytes(), now=now)
    _finish(election)


def counted_set(election: Election) -> Counted:
    """Return the set of ballots that count, from the rows, as everybody computes it from the board.

    Less the ballots that do not hold compactly: with one of them on the board, no verifier agrees.
    """
    opened = opened_election(election)
    limit = opened.manifest.rules.ballots_per_credential
    count = Count(opened.public_key, opened.enrolment(), (), limit)  # no contests: succession alone
    changes = deque(roll_changes.records_of(election))
    for seq, credential, tracker, supersedes in election.ballots.order_by("seq").values_list(
        "seq", "credential", "tracker", "supersedes"
    ):
        while changes and changes[0][0] < seq:
            count.change_roll(changes.popleft()[1], lambda _: ())
        count.add(
            credential=bytes.fromhex(credential),
            tracker=tracker,
            supersedes=supersedes,
            ciphertexts=(),
            superseded=() if supersedes else None,
        )
    for _, change in changes:
        count.change_roll(change, lambda _: ())
    return count.counted(without={tracker for tracker, _ in rechecking.progress(election).refused})


def check_period_ends(election: Election) -> datetime | None:
    """Return until when voters can complain; None while the election is not closed."""
    if election.closed_at is None:
        return None
    return election.closed_at + timedelta(hours=election.plan.schedule.check_period_hours)


def _closing(election: Election) -> Closing:
    counted = counted_set(election)
    return Closing(
        election=election.fingerprint,
        ballots=election.ballots.count(),
        challenged=election.challenges.count(),
        counted=Counted(ballots=counted.ballots, weight=counted.weight, hash=counted.hash),
    )


@contextmanager
def _step(election: Election, action: Action, log: Log) -> Iterator[tuple[Election, Sequencer]]:
    """One sequencing block in which the election's row moves on; the row is saved at its end."""
    with storage.sequencing(log) as sequencer:
        row = Election.objects.select_for_update().get(pk=election.pk)
        row.state = after(row.where, action)
        yield row, sequencer
        row.save()


def _finish(election: Election) -> None:
    election.refresh_from_db()
    sign_head(election)


def _check_time(election: Election, moment: datetime, now: datetime, verb: str) -> None:
    if now < moment and not election.plan.rehearsal:
        raise TooEarly(f"the election {verb} at {moment:%Y-%m-%d %H:%M} UTC", expected=moment, computed=now)


def _ahead(row: Election) -> tuple[bytes, bytes, bytes]:
    """What would be fixed of the row as it is now."""
    manifest, key = drafting.manifest_of(row), drafting.key_record(row)
    return manifest.to_bytes(), bytes(row.roll or b""), key.to_bytes()


def _fingerprint(payloads: tuple[bytes, bytes, bytes]) -> str:
    manifest, roll, key = map(digest_of, payloads)
    return election_fingerprint(manifest, roll, key)
