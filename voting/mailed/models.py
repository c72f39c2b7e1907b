# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of the mailed codes. No code is ever among them: it is in the voter's message, and nowhere else.

Until a message was sent, its row has what the code follows from together with the registrar's key file.

These rows say which key is whose, and so who voted; nothing says how (docs/threat-model.md).
"""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from voting.models import Election


class Mailing(models.Model):
    """The sending of an election's codes, since an official has started it."""

    election = models.OneToOneField(Election, on_delete=models.CASCADE, related_name="mailing")
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.election_id}: since {self.started_at}"


class State(models.TextChoices):
    """Where a voter's message stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Recipient(models.Model):
    """A voter of the list. `due_at`: not before this; whoever moves it has the row until then.

    `credential` is the public key in hexadecimal, "" until the message was handed over; `half` (drawing.py)
    is "" before the first try, and from then on.
    """

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="recipients")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=254)
    weight = models.PositiveBigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    credential = models.CharField(max_length=64, blank=True)
    half = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        """In the list's order; nobody twice."""

        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(models.F("election"), Lower("address"), name="one_code_an_address"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "due_at"], name="mailed_codes_due"),
        ]

    def __str__(self) -> str:
        return f"{self.election_id}/{self.pk}: {self.state}"
