# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of the board. The database refuses to change or delete them (see triggers.py), commitments apart.

Specification: docs/spec/board.md. Nothing is appended from here: see storage.py.
"""

from django.db import models


class Log(models.Model):
    """One append-only log: one election."""

    origin = models.CharField(max_length=255, unique=True)
    # The last part of the origin: the board's address may move to another host, its name may not.
    slug = models.SlugField(max_length=255, unique=True)

    def __str__(self) -> str:
        return self.origin


class Blob(models.Model):
    """One payload, under its SHA-256 in lowercase hexadecimal."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.sha256


class Entry(models.Model):
    """Entry `seq` of a log: the envelope's bytes and their hashes, 32 bytes each."""

    pk = models.CompositePrimaryKey("log_id", "seq")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveBigIntegerField()
    envelope = models.BinaryField(max_length=65_535)
    leaf_hash = models.BinaryField(max_length=32)
    chain_hash = models.BinaryField(max_length=32)
    payload = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        """What the database is told."""

        constraints = (
            models.UniqueConstraint(fields=("log", "leaf_hash"), name="entry_leaf_hash_unique"),
            models.UniqueConstraint(fields=("log", "chain_hash"), name="entry_chain_hash_unique"),
        )

    def __str__(self) -> str:
        return f"{self.log_id}/{self.seq}"


class Node(models.Model):
    """The hash of a complete subtree of level 1 or more; those of level 0 are the entries' leaf hashes."""

    pk = models.CompositePrimaryKey("log_id", "level", "index")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="nodes", db_index=False)
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.log_id}/{self.level}/{self.index}"


class SignedHead(models.Model):
    """The one note that was ever signed for a size of a log, and the key that signed it."""

    pk = models.CompositePrimaryKey("log_id", "size")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="heads", db_index=False)
    size = models.PositiveBigIntegerField()
    note = models.BinaryField()
    verifier_key = models.CharField(max_length=512)

    def __str__(self) -> str:
        return f"{self.log_id}/{self.size}"


class Commitments(models.Model):
    """A ballot's commitments, a cache beside the log: whoever has lost them recomputes them."""

    pk = models.CompositePrimaryKey("log_id", "tracker")
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="commitments", db_index=False)
    tracker = models.CharField(max_length=64)
    data = models.BinaryField()

    class Meta:
        """What the database is told."""

        verbose_name_plural = "commitments"

    def __str__(self) -> str:
        return self.tracker


class CommitmentsChange(models.Model):
    """That a ballot's commitments were kept or dropped: a folder is brought up to date by what is new here.

    Numbers are given out before they can be seen, so one may appear after a higher one.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, db_index=False, related_name="commitments_changes")
    tracker = models.CharField(max_length=64)

    class Meta:
        """What the database is told."""

        indexes = (models.Index(fields=("log", "id"), name="commitments_change_newest"),)

    def __str__(self) -> str:
        return f"{self.log_id}/{self.pk}"


class Demand(models.Model):
    """What a log's checkpoints must carry before they are published: a policy of log/policy.py."""

    log = models.OneToOneField(Log, on_delete=models.PROTECT, primary_key=True, related_name="demand")
    policy = models.BinaryField()

    def __str__(self) -> str:
        return str(self.log_id)


class Cosignature(models.Model):
    """A witness's latest signature line for a head; whoever loses it asks the witness again."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, db_index=False, related_name="cosignatures")
    size = models.PositiveBigIntegerField()
    witness = models.CharField(max_length=512)  # its verifier key
    line = models.BinaryField()

    class Meta:
        """What the database is told."""

        constraints = (models.UniqueConstraint(fields=("log", "size", "witness"), name="cosignature_unique"),)

    def __str__(self) -> str:
        return f"{self.log_id}/{self.size}/{self.witness}"


class Objection(models.Model):
    """A witness says that it has cosigned more entries than are stored, or as many other ones."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, db_index=False, related_name="objections")
    witness = models.CharField(max_length=512)  # its verifier key
    size = models.PositiveBigIntegerField()
    is_fork = models.BooleanField(default=False)

    class Meta:
        """What the database is told."""

        constraints = (models.UniqueConstraint(fields=("log", "witness"), name="objection_unique"),)

    def __str__(self) -> str:
        return f"{self.log_id}/{self.witness}/{self.size}"


class SelfCheck(models.Model):
    """How far the check of everything that a log stores has come, and what the last one found."""

    log = models.OneToOneField(Log, on_delete=models.PROTECT, primary_key=True, related_name="self_check")
    position = models.PositiveBigIntegerField(default=0)  # entries checked since the check began
    target = models.PositiveBigIntegerField(default=0)  # the size to be reached; 0 while none is under way
    size = models.PositiveBigIntegerField(default=0)  # entries that the last check found sound
    ended_at = models.DateTimeField(null=True)  # the last check
    problem = models.TextField(blank=True)  # what it found

    def __str__(self) -> str:
        return str(self.log_id)
