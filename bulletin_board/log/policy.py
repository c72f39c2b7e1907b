# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trust policies: whose signatures make a checkpoint good, as a file of lines that people can write.

Specification: docs/spec/board.md, "Policies"; C2SP tlog-policy. A policy is the reader's own; where it comes
from, and what the entries mean, is not known here.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bulletin_board.errors import (
    BoardError,
    ForbiddenPolicyKey,
    MalformedPolicy,
    NotFlat,
    NotSigned,
    QuorumNotMet,
    RepeatedInPolicy,
    TooManyInPolicy,
    UnknownInPolicy,
    UnsupportedKey,
)
from bulletin_board.log.checkpoint import Checkpoint, read_checkpoint
from bulletin_board.log.cosignature import AHEAD, Cosignature, Cosigned, cosignatures_of
from bulletin_board.log.keys import COSIGNATURE, ED25519, OtherKey, VerifierKey
from bulletin_board.log.note import Opened, open_note

LIMIT = 65_536  # bytes
MAX_PARTIES = 64  # logs; witnesses; groups
NONE = "none"

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile("[ \t]+")
_THRESHOLD = re.compile("[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A log, or a witness under its `name` in this policy; `url` is "" where the file gives none."""

    key: VerifierKey
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A witness whose key is of a type not known here: for this reader it never signs."""

    key: OtherKey
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """At least `threshold` of `members`, each a witness or a group defined before."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A checkpoint is good if one of `logs` signed it, and those whom `quorum` names cosigned it."""

    logs: tuple[Party, ...] = ()
    witnesses: tuple[Party, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NONE

    def is_met_by(self, cosigners: Container[VerifierKey]) -> bool:
        """Say whether these witnesses are enough."""
        met = {witness.name: witness.key in cosigners for witness in self.witnesses} | {NONE: True}
        met |= {stranger.name: False for stranger in self.strangers}
        for group in self.groups:
            met[group.name] = sum(met[member] for member in group.members) >= group.threshold
        return met[self.quorum]

    def keys(self) -> tuple[VerifierKey, ...]:
        """Every witness's key that can be used, in the order of the file."""
        return tuple(witness.key for witness in self.witnesses)

    def least(self) -> int:
        """Return k of a policy that asks for any k of all its witnesses; raises NotFlat for any other."""
        names = tuple(witness.name for witness in self.witnesses)
        if self.quorum == NONE:
            return 0
        if names == (self.quorum,):
            return 1
        for group in self.groups:
            if group.name == self.quorum and sorted(group.members) == sorted(names):
                return group.threshold
        raise NotFlat("not a quorum of any k of all witnesses", computed=_shown(self.quorum))

    def to_bytes(self) -> bytes:
        """Return the file's lines: logs, witnesses, groups, quorum."""
        lines = [
            *(_line("log", log.key.to_text(), log.url) for log in self.logs),
            *(_line("witness", one.name, one.key.to_text(), one.url) for one in self.witnesses),
            *(_line("witness", one.name, one.key.text, one.url) for one in self.strangers),
            *(_line("group", one.name, str(one.threshold), *one.members) for one in self.groups),
            _line("quorum", self.quorum),
        ]
        return "".join(lines).encode("utf-8", "surrogateescape")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Policy":
        """Return the policy in the file `data`.

        Raises MalformedPolicy, RepeatedInPolicy, UnknownInPolicy, TooManyInPolicy, ForbiddenPolicyKey, or
        what a verifier key raises; each names the line.
        """
        reader = _Reader()
        for number, line in enumerate(_lines(data), start=1):
            try:
                reader.take(line)
            except BoardError as error:
                raise error.at(f"line {number}") from None
        return reader.policy()


def any_of(log: VerifierKey, witnesses: Sequence[VerifierKey], quorum: int) -> Policy:
    """Return the policy that asks for the signature of `log` and of any `quorum` of `witnesses`."""
    parties = tuple(Party(key=key, name=f"w{index}") for index, key in enumerate(witnesses, start=1))
    names = tuple(party.name for party in parties)
    groups = (Group(name="enough", threshold=quorum, members=names),) if quorum else ()
    return Policy(
        logs=(Party(key=log),), witnesses=parties, groups=groups, quorum=groups[0].name if groups else NONE
    )


def open_under(data: bytes, policy: Policy) -> Cosigned:
    """Return the checkpoint in the note `data`, good under `policy`.

    Raises MalformedNote, BadSignature for a listed key whose signature fails, NotSigned, MalformedCheckpoint,
    WrongOrigin, QuorumNotMet.
    """
    opened = open_note(data, (*(log.key for log in policy.logs), *policy.keys()))
    checkpoint = _checkpoint(opened, policy)
    cosignatures = cosignatures_of(opened)
    cosigners = {found.witness for found in cosignatures}
    if not policy.is_met_by(cosigners):
        raise QuorumNotMet(
            "the policy's quorum of witnesses has not cosigned",
            expected=_shown(policy.quorum),
            computed=", ".join(sorted(key.name for key in cosigners)) or "no witness",
        )
    return Cosigned(checkpoint=checkpoint, cosignatures=cosignatures)


def completed_at(policy: Policy, cosignatures: Iterable[Cosignature], *, now: float) -> int | None:
    """Return when the quorum was last complete: the newest time since which it is met. In s since 1970.

    Not the newest time, which one witness alone could set. Without a quorum, it is the newest. A time that
    is more than AHEAD of `now` counts for nothing. None if what is left does not meet the policy.
    """
    seen = set()
    for word in sorted(cosignatures, key=lambda word: word.time, reverse=True):
        if word.time <= now + AHEAD:
            seen.add(word.witness)
            if policy.is_met_by(seen):
                return word.time
    return None


def _checkpoint(opened: Opened, policy: Policy) -> Checkpoint:
    for log in policy.logs:
        if opened.is_signed_by(log.key):
            return read_checkpoint(opened, log.key)
    raise NotSigned(
        "no log of the policy has signed", expected=", ".join(log.key.name for log in policy.logs)
    )


@dataclass(slots=True)
class _Reader:
    """Takes the lines one by one; a name must be defined before it is used."""

    logs: list[Party] = field(default_factory=list)
    witnesses: list[Party] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    quorum: str | None = None
    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)

    def take(self, line: str) -> None:
        words = _BLANKS.split(line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            return
        match words:
            case ["log", key, *rest] if len(rest) <= 1:
                self._log(key, *rest)
            case ["witness", name, key, *rest] if len(rest) <= 1:
                self._witness(name, key, *rest)
            case ["group", name, threshold, *members]:
                self._group(name, threshold, tuple(members))
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise MalformedPolicy("not a line of a policy", computed=_shown(line))

    def policy(self) -> Policy:
        if self.quorum is None:
            raise MalformedPolicy("a policy has one quorum line; this one has none")
        return Policy(
            logs=tuple(self.logs),
            witnesses=tuple(self.witnesses),
            strangers=tuple(self.strangers),
            groups=tuple(self.groups),
            quorum=self.quorum,
        )

    def _log(self, text: str, url: str = "") -> None:
        key = VerifierKey.from_text(text)
        _check_key(key, ED25519, self.logs)
        self.logs.append(Party(key=key, url=url))

    def _witness(self, name: str, text: str, url: str = "") -> None:
        key = _witness_key(text)
        _check_key(key, COSIGNATURE, [*self.witnesses, *self.strangers])
        self._define(name)
        if isinstance(key, OtherKey):
            self.strangers.append(Stranger(key=key, name=name, url=url))
        else:
            self.witnesses.append(Party(key=key, name=name, url=url))

    def _group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        if len(self.groups) >= MAX_PARTIES:
            raise TooManyInPolicy("groups", expected=f"at most {MAX_PARTIES}")
        for member in members:
            if member not in self.names:
                raise UnknownInPolicy("no witness and no group of this name before", computed=_shown(member))
            if member in self.members:
                raise RepeatedInPolicy("a member of a group already", computed=_shown(member))
            self.members.add(member)
        self._define(name)
        least = _threshold(threshold, len(members))
        self.groups.append(Group(name=name, threshold=least, members=members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise RepeatedInPolicy("a second quorum line", computed=_shown(name))
        if name != NONE and name not in self.names:
            raise UnknownInPolicy("no witness and no group of this name before", computed=_shown(name))
        self.quorum = name

    def _define(self, name: str) -> None:
        if name == NONE or name in self.names:
            raise RepeatedInPolicy("a name that has a meaning already", computed=_shown(name))
        self.names.add(name)


def _lines(data: bytes) -> Iterator[str]:
    if len(data) > LIMIT:
        raise MalformedPolicy("too long", expected=f"at most {LIMIT} bytes", computed=len(data))
    # Octets that are no UTF-8 are allowed in names and comments; each keeps a character of its own.
    text = data.decode("utf-8", "surrogateescape")
    if _FORBIDDEN.search(text):
        raise MalformedPolicy("a policy holds no control characters but tab and newline")
    if not text.endswith("\n"):
        raise MalformedPolicy("every line of a policy ends with a newline")
    yield from text[:-1].split("\n")


def _witness_key(text: str) -> VerifierKey | OtherKey:
    try:
        return VerifierKey.from_text(text)
    except UnsupportedKey:
        return OtherKey.from_text(text)


def _check_key(key: VerifierKey | OtherKey, kind: int, others: Sequence[Party | Stranger]) -> None:
    if isinstance(key, VerifierKey) and key.type != kind:
        raise ForbiddenPolicyKey(f"type of the key of {key.name}", expected=kind, computed=key.type)
    if len(others) >= MAX_PARTIES:
        raise TooManyInPolicy("logs or witnesses", expected=f"at most {MAX_PARTIES}")
    if any(other.key.key == key.key for other in others):
        raise RepeatedInPolicy("the same public key twice", computed=key.name)


def _threshold(text: str, members: int) -> int:
    if not members:
        raise MalformedPolicy("a group has at least one member")
    if text in {"all", "any"}:
        return members if text == "all" else 1
    if not _THRESHOLD.fullmatch(text) or int(text) > members:
        raise MalformedPolicy(
            "threshold of a group", expected=f"all, any or 1..{members}", computed=_shown(text)
        )
    return int(text)


def _line(*words: str) -> str:
    return " ".join(word for word in words if word) + "\n"


def _shown(text: str) -> str:
    return ascii(text)
