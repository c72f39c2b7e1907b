# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows of a tally: where it stands, and what was asked of each trustee's station (docs/adr/0005).

The row is the truth: a message only says that a row may change, and all can be done again from the rows. What
a row holds was verified when it was written; what is public is on the board, not here.
"""

from typing import ClassVar

from django.db import models

from bulletin_board.models import Log
from tally.station.request import PHASES

_DIGEST = 64  # hexadecimal digits


class TallyState(models.TextChoices):
    """From `verifying` the board here to `recorded` in the log and `final` under a signed head."""

    VERIFYING = "verifying"
    ACKNOWLEDGING = "acknowledging"
    SHARING = "sharing"
    RECORDED = "recorded"
    FINAL = "final"
    FAILED = "failed"


class RequestState(models.TextChoices):
    """`false` is an answer that its station signed and that does not hold."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"
    FALSE = "false"


class Tally(models.Model):
    """The tally of one closed log. `basis` holds the encrypted sums, computed from the verified board."""

    log = models.OneToOneField(Log, on_delete=models.PROTECT, related_name="tally")
    fingerprint = models.CharField(max_length=_DIGEST)
    state = models.CharField(max_length=16, choices=TallyState.choices, default=TallyState.VERIFYING)
    verdict = models.TextField(blank=True)  # why it failed
    claimed_until = models.DateTimeField(null=True)  # a process is verifying until then
    head_size = models.PositiveBigIntegerField(default=0)
    head_root = models.BinaryField(max_length=32, default=b"")
    counted_ballots = models.PositiveBigIntegerField(default=0)
    counted_weight = models.PositiveBigIntegerField(default=0)
    counted_hash = models.CharField(max_length=_DIGEST, blank=True)
    basis = models.BinaryField(default=b"")

    class Meta:
        """Plural for the administration's pages."""

        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.fingerprint[:16]} {self.state}"


class StationRequest(models.Model):
    """One request to one station; `number` is what its messages carry. `payload` is the signed answer."""

    tally = models.ForeignKey(Tally, on_delete=models.CASCADE, related_name="requests")
    trustee = models.PositiveSmallIntegerField()  # from 1
    phase = models.CharField(max_length=16, choices=[(phase, phase) for phase in PHASES])
    number = models.UUIDField(unique=True)
    acknowledgements = models.JSONField(default=list)  # texts, fixed with the row
    state = models.CharField(max_length=16, choices=RequestState.choices, default=RequestState.WAITING)
    sends = models.PositiveIntegerField(default=0)
    last_sent = models.DateTimeField(null=True)
    payload = models.BinaryField(default=b"")
    verdict = models.TextField(blank=True)  # why it was refused, or is false

    class Meta:
        """One request for each trustee and phase."""

        ordering: ClassVar[list[str]] = ["phase", "trustee"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tally", "trustee", "phase"], name="one_request_a_phase"),
        ]

    def __str__(self) -> str:
        return f"{self.phase} of trustee {self.trustee}: {self.state}"
