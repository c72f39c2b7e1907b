# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of the office: who may run which election, who did what when, and attempts to log in.

No row has a network address: an attempt is counted under a keyed hash (throttle.py).
"""

from typing import ClassVar

from django.conf import settings
from django.db import models

from voting.models import Election

NAME_LIMIT = 150  # of an account
DIGEST = 64  # hexadecimal digits


class Officer(models.Model):
    """An official of an election. Owners also decide who the other officials are."""

    class Role(models.TextChoices):
        """What an official may do."""

        OWNER = "owner"
        OFFICER = "officer"

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="officers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="offices")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.OFFICER)

    class Meta:
        """In the order in which they came; nobody twice."""

        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["election", "user"], name="one_office_an_official"),
        ]

    def __str__(self) -> str:
        return f"{self.election_id}/{self.user_id}: {self.role}"


class Desk(models.Model):
    """What the office keeps beside an election: the time zone of its pages, and the roll in numbers."""

    election = models.OneToOneField(Election, on_delete=models.CASCADE, related_name="desk")
    time_zone = models.CharField(max_length=64, default="UTC")
    roll = models.JSONField(default=dict)  # see rolls.py

    def __str__(self) -> str:
        return f"{self.election_id}"


class Deed(models.Model):
    """Who did what when. Written before the deed, with its outcome afterwards: `begun` was cut off."""

    class Outcome(models.TextChoices):
        """How it ended."""

        BEGUN = "begun"
        DONE = "done"
        REFUSED = "refused"

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="deeds")
    official = models.CharField(max_length=NAME_LIMIT, blank=True)  # "" for a command on the server
    action = models.CharField(max_length=32)
    detail = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.BEGUN)
    refusal = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        """The newest stands first."""

        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.action}: {self.outcome}"


class LoginAttempt(models.Model):
    """An attempt to log in, under a keyed hash of account, address, or both."""

    subject = models.CharField(max_length=DIGEST)
    succeeded = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        """Counted by subject and time."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["subject", "at"], name="attempts")]

    def __str__(self) -> str:
        return f"{self.subject[:8]}: {self.succeeded}"
