# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of the polling place: elections, trustees' seats, and which ballot of whom stands where on the board.

Nothing here says how anybody voted, and nothing says who a credential belongs to: the registrar alone knows.
The board is the record; these rows make its order quick to ask and, by their unique keys, impossible to break
from two processes at once.
"""

from typing import ClassVar

from django.db import models

from bulletin_board.codec.canonical import Value
from bulletin_board.models import Log
from tally.contests.texts import Texts
from tally.record.roll_change import REASON_LIMIT
from tally.record.tracker import format_check_code
from voting.drafts import Draft, read_draft
from voting.states import State

_DIGEST = 64  # hexadecimal digits


class Election(models.Model):
    """One election. Freezing fixes `draft`; from then `manifest`, `roll` and `key` are as on the board."""

    slug = models.SlugField(max_length=64, unique=True)
    election_id = models.CharField(max_length=32, unique=True)
    state = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in State], default=State.DRAFT.value
    )
    draft = models.JSONField()
    manifest = models.BinaryField(null=True)
    roll = models.BinaryField(null=True)
    key = models.BinaryField(null=True)
    fingerprint = models.CharField(max_length=_DIGEST, blank=True)
    booth = models.CharField(
        max_length=_DIGEST, blank=True
    )  # that voters are served, as the opening names it
    log = models.OneToOneField(Log, on_delete=models.PROTECT, null=True, related_name="election")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """The newest election stands first."""

        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return self.slug

    @property
    def plan(self) -> Draft:
        """The draft, read."""
        draft: Value = self.draft
        return read_draft(draft)

    @property
    def title(self) -> Texts:
        """The title in every language."""
        return self.plan.title

    @property
    def where(self) -> State:
        """The state, as the state machine knows it."""
        return State(self.state)


class TrusteeSeat(models.Model):
    """A trustee of an election: the public keys on their card, and their acknowledgement of the key."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="seats")
    index = models.PositiveSmallIntegerField()  # from 1
    name = models.CharField(max_length=200)
    signing_key = models.CharField(max_length=_DIGEST)
    encryption_key = models.CharField(max_length=_DIGEST)
    acknowledgement = models.BinaryField(default=b"")

    class Meta:
        """In order of their numbers; nobody sits twice."""

        ordering: ClassVar[list[str]] = ["index"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["election", "index"], name="one_trustee_a_seat"),
            models.UniqueConstraint(fields=["election", "signing_key"], name="one_seat_a_trustee"),
        ]

    def __str__(self) -> str:
        return f"{self.election_id}/{self.index}"


class CastBallot(models.Model):
    """A ballot on the board; `digest` hashes its bytes with signature, `supersedes` is "" for a first one.

    The unique keys decide races: of two revotes that supersede the same ballot one can be written.
    """

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="ballots")
    credential = models.CharField(max_length=_DIGEST)
    tracker = models.CharField(max_length=_DIGEST, unique=True)
    digest = models.CharField(max_length=_DIGEST)
    supersedes = models.CharField(max_length=_DIGEST, blank=True)
    seq = models.PositiveBigIntegerField()
    receipt = models.TextField(blank=True)

    class Meta:
        """In board order."""

        ordering: ClassVar[list[str]] = ["seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["election", "seq"], name="one_ballot_an_entry"),
            models.UniqueConstraint(
                fields=["election", "credential", "supersedes"], name="one_ballot_supersedes_another"
            ),
        ]

    def __str__(self) -> str:
        return format_check_code(self.tracker)


class Challenged(models.Model):
    """A ballot that its voter tested instead of casting it: it can never be cast.

    By credential: who challenges another voter's tracker says nothing about that voter's ballot.
    """

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="challenges")
    credential = models.CharField(max_length=_DIGEST)
    tracker = models.CharField(max_length=_DIGEST, db_index=True)
    seq = models.PositiveBigIntegerField()
    receipt = models.TextField(blank=True)

    class Meta:
        """In board order."""

        ordering: ClassVar[list[str]] = ["seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("election", "credential", "tracker"), name="one_challenge_of_a_ballot"
            )
        ]

    def __str__(self) -> str:
        return format_check_code(self.tracker)


class RollChange(models.Model):
    """A roll change on the board, in numbers; `digest` is that of its bytes, `weight` is what it admits."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="roll_changes")
    number = models.PositiveIntegerField()  # from 1
    seq = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=_DIGEST)
    reason = models.CharField(max_length=REASON_LIMIT)
    revoked = models.PositiveIntegerField()
    admitted = models.PositiveIntegerField()
    weight = models.PositiveBigIntegerField()

    class Meta:
        """In board order."""

        ordering: ClassVar[list[str]] = ["seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["election", "number"], name="one_roll_change_a_number"),
            models.UniqueConstraint(fields=["election", "seq"], name="one_roll_change_an_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.election_id}: roll change {self.number}"


class Revocation(models.Model):
    """A credential that a roll change has revoked: for ever."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="revocations")
    credential = models.CharField(max_length=_DIGEST)
    change = models.ForeignKey(RollChange, on_delete=models.PROTECT, related_name="revocations")

    class Meta:
        """Nobody is revoked twice."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["election", "credential"], name="one_revocation_of_a_credential")
        ]

    def __str__(self) -> str:
        return self.credential


class Admission(models.Model):
    """A credential that a roll change has admitted, with its weight; it may be revoked since."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="admissions")
    credential = models.CharField(max_length=_DIGEST)
    weight = models.PositiveBigIntegerField()
    change = models.ForeignKey(RollChange, on_delete=models.PROTECT, related_name="admissions")

    class Meta:
        """Nobody is admitted twice."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["election", "credential"], name="one_admission_of_a_credential")
        ]

    def __str__(self) -> str:
        return self.credential


class Rechecked(models.Model):
    """The `ballots` up to entry `seq` are judged compactly; `refused` has [tracker, code] of the bad ones."""

    election = models.OneToOneField(
        Election, on_delete=models.CASCADE, primary_key=True, related_name="rechecked"
    )
    seq = models.PositiveBigIntegerField(default=0)
    ballots = models.PositiveBigIntegerField(default=0)
    refused = models.JSONField(default=list)
    claimed_until = models.DateTimeField(null=True)  # a process is at it until then

    class Meta:
        """Plural for the administration's pages."""

        verbose_name_plural = "rechecked"

    def __str__(self) -> str:
        return f"{self.election_id}: {self.ballots} ballots, up to entry {self.seq}"
