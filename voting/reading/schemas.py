# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the read API answers, as OpenAPI describes it. Nothing but these fields is ever in an answer."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Path, Query, Schema
from pydantic import ConfigDict, Field

_INTEGER = 2**53 - 1  # what every JSON reader can hold

Slug = Annotated[str, Path(pattern=r"^[-a-zA-Z0-9_]{1,64}$", description="The election's short name.")]
Seq = Annotated[int, Path(ge=0, le=_INTEGER, description="The number of an entry, from 0.")]
Size = Annotated[int, Path(ge=1, le=_INTEGER, description="How many entries a head covers.")]
Credential = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="A voter's public key.")]
Digits = Annotated[
    str,
    Path(
        pattern=r"^([0-9a-f]{30}|[0-9a-f]{64})$",
        description="A tracker, or the 30 digits of it that a check code spells.",
    ),
]
_PAGES = "50 items a page, the oldest on page 1; the newest if absent."
Page = Annotated[int | None, Query(ge=1, le=_INTEGER, description=_PAGES)]

Texts = dict[str, str]  # language tag -> text
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
State = Literal["frozen", "open", "closed", "checking", "tallied", "final"]
Amount = tuple[str, int]  # (option or name, number)


class _Answer(Schema):
    model_config = ConfigDict(extra="forbid")


class Refusal(_Answer):
    """Why there is no answer: a code that stays, and a sentence."""

    code: str
    message: str


class Turnout(_Answer):
    """Credentials with a ballot on the board, out of those on the roll; replaced ballots count as ballots.

    Both are null while fewer have voted than the manifest's minimum of counted ballots.
    """

    voters: int
    voted: int | None
    ballots: int | None


class Election(_Answer):
    """An election that is on a board. `board` is where the board itself is served."""

    slug: str
    title: Texts
    state: State
    rehearsal: bool
    fingerprint: Digest
    opens: datetime
    closes: datetime
    turnout: Turnout
    board: str


class Paged(Schema):
    """Which page is asked for, where django-ninja does the paging."""

    page: Annotated[int | None, Field(ge=1, le=_INTEGER, description=_PAGES)] = None


class Elections(_Answer):
    """A page of public elections, the newest first; `number` is how many there are."""

    number: int
    page: int
    pages: int
    elections: list[Election]


class Option(_Answer):
    """What can be chosen."""

    id: str
    label: Texts
    cost: int


class Question(_Answer):
    """One question; `kind` is that of docs/spec/contests.md."""

    id: str
    kind: str
    question: Texts
    seats: int
    budget: int
    options: list[Option]


class Trustee(_Answer):
    """Who holds a share of the key."""

    index: int
    name: str


class ElectionDetail(Election):
    """An election with its questions and trustees, and the size of its board."""

    description: Texts
    languages: list[str]
    questions: list[Question]
    trustees: list[Trustee]
    threshold: int
    size: int


class Witness(_Answer):
    """Who saw a head, and when."""

    name: str
    time: datetime


class Head(_Answer):
    """A signed head; `time` is that of its newest entry, `note` the signed text as it is."""

    size: int
    root: Digest
    time: datetime
    note: str
    witnesses: list[Witness]


class Heads(_Answer):
    """A page of heads, the newest first; `number` is how many there are."""

    number: int
    page: int
    pages: int
    heads: list[Head]


class Entry(_Answer):
    """An entry's envelope; `hash` is that of the envelope's bytes."""

    seq: int
    type: str
    time: datetime
    prev: Digest
    hash: Digest
    payload_sha256: Digest
    payload_len: int


class Entries(_Answer):
    """A page of entries, the newest first; `size` is how many the published head covers."""

    size: int
    page: int
    pages: int
    entries: list[Entry]


class Proved(Entry):
    """An entry as it was hashed, with its receipt (tlog-proof); `payload` is where its payload is served."""

    envelope: str
    receipt: str
    payload: str


class ContestResult(_Answer):
    """The result of one question, as the result entry states it."""

    id: str
    totals: list[Amount]
    extras: list[Amount]
    winners: list[str]
    tied: list[str]


class Result(_Answer):
    """The result on the board. Nobody has to believe it: `python -m tally.verifier` checks it."""

    ballots: int
    weight: int
    contests: list[ContestResult]


class Place(_Answer):
    """A ballot on the board."""

    tracker: Digest
    seq: int


class Standing(_Answer):
    """Where a credential stands; `revoked` is the hash of the roll change that revoked it, or ""."""

    on_roll: bool
    weight: int
    revoked: str
    ballots: list[Place]
    limit: int
    state: str


class Ballot(_Answer):
    """A ballot or a test, with its receipt, and whether it counts as things stand."""

    type: Literal["ballot", "challenged"]
    tracker: Digest
    seq: int
    entry: str
    receipt: str
    payload_sha256: Digest
    credential: Digest
    later: list[Place]
    state: str
    counts: bool
    revoked: str
