# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of the registration: when it is open, who registered which key, who is expected.

These rows say who a key is of, and so who voted; nothing says how (docs/threat-model.md). A key that was
replaced is deleted.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tally.registrar.registration import EMAIL, OIDC, Registrant
from voting.models import Election

_DIGEST, _NAME = 64, 300


class Window(models.Model):
    """When voters may register: while an official has opened it, until a time."""

    election = models.OneToOneField(Election, on_delete=models.CASCADE, related_name="registration_window")
    is_open = models.BooleanField(default=False)
    closes_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.election_id}: {'open' if self.is_open else 'closed'}"


class State(models.TextChoices):
    """Where a registration stands."""

    WAITING = "waiting"  # for its address to be confirmed
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Registration(models.Model):
    """A key and its person. `token` is the hash of what the message's link holds; "" before it is sent.

    `due_at`: its message goes out then, not before; whoever moves it has the row until then. None: it has
    none, or it was handed over.
    """

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="registrations")
    kind = models.CharField(max_length=8, choices=[(EMAIL, EMAIL), (OIDC, OIDC)])
    issuer = models.CharField(max_length=_NAME, blank=True)
    name = models.CharField(max_length=_NAME)
    address = models.CharField(max_length=254, blank=True)  # confirmed, or verified by the provider
    subject = models.CharField(max_length=_DIGEST)
    credential = models.CharField(max_length=_DIGEST)
    record = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    token = models.CharField(max_length=_DIGEST, blank=True, db_index=True)
    language = models.CharField(max_length=16, default="en")
    due_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # of its message
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        """In the order in which they came; one of each person, address and key, once it is confirmed."""

        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["election", "subject"],
                condition=~Q(state="waiting"),
                name="one_registration_a_person",
            ),
            models.UniqueConstraint(
                fields=["election", "credential"], condition=~Q(state="waiting"), name="one_person_a_key"
            ),
            models.UniqueConstraint(
                fields=["election", "address"],
                condition=~Q(state="waiting") & ~Q(address=""),
                name="one_registration_an_address",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "due_at"], name="registration_messages_due"),
        ]

    def __str__(self) -> str:
        return f"{self.election_id}/{self.pk}: {self.state}"

    @property
    def registrant(self) -> Registrant:
        """The person."""
        return Registrant(kind=self.kind, issuer=self.issuer, name=self.name)

    @property
    def reference(self) -> str:
        """What the voter's page and the message both show, so that nobody confirms a key of somebody else."""
        return f"{self.credential[:4]} {self.credential[4:8]}".upper()


class Expected(models.Model):
    """An address that officials expect to register."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="expected_voters")
    address = models.CharField(max_length=254)

    class Meta:
        """Nobody twice."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["election", "address"], name="expected_once"),
        ]

    def __str__(self) -> str:
        return f"{self.election_id}: {self.pk}"


class Attempt(models.Model):
    """A request or a message, under a keyed hash of the place it came from or the address it went to."""

    subject = models.CharField(max_length=_DIGEST)
    at = models.DateTimeField()

    class Meta:
        """Counted by subject and time."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "at"], name="registration_attempts")
        ]

    def __str__(self) -> str:
        return self.subject[:8]
