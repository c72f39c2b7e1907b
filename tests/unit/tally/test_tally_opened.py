# SPDX-License-Identifier: AGPL-3.0-or-later
"""Four records that belong together, or a refusal."""

from dataclasses import replace

import pytest

from tally.crypto.errors import CertificateError, VerificationKeyError
from tally.opened import OpenedElection, check_certificate, check_verification_keys, key_context
from tally.record.errors import FingerprintMismatch, ForbiddenModulusSize, OpeningMismatch
from tally.record.opening import Opening


def payloads(world):
    names = ("manifest", "roll", "key", "opening")
    return dict(zip(names, (payload for _, payload in world.entries[:4]), strict=True))


def test_four_payloads_make_an_election(world):
    opened = OpenedElection.from_payloads(**payloads(world), allow_test_modulus=True)
    assert opened.fingerprint == world.fingerprint
    assert opened.weights == world.roll.weights()
    assert opened.public_key.n == world.key.modulus
    assert opened.tallied == ((0,), (0, 1, 2, 3))


def test_an_opening_of_something_else_is_refused(world):
    other = Opening.of(manifest="0" * 64, roll="0" * 64, key="0" * 64, booth="0" * 64)
    with pytest.raises(OpeningMismatch):
        OpenedElection.from_payloads(
            **{**payloads(world), "opening": other.to_bytes()}, allow_test_modulus=True
        )


def test_an_opening_that_miscounts_itself_is_refused(world):
    opening = replace(world.opened.opening, fingerprint="0" * 64)
    with pytest.raises(FingerprintMismatch):
        OpenedElection.from_payloads(
            **{**payloads(world), "opening": opening.to_bytes()}, allow_test_modulus=True
        )


def test_small_keys_need_the_switch(world):
    with pytest.raises(ForbiddenModulusSize):
        OpenedElection.from_payloads(**payloads(world))


def test_a_key_is_bound_to_its_election(world):
    assert key_context("00" * 15 + "ff") == bytes(15) + b"\xff"
    check_certificate(world.key)
    check_verification_keys(world.key)
    other = replace(world.key, election_id="f" * 32)
    with pytest.raises(CertificateError):
        check_certificate(other)
    with pytest.raises(VerificationKeyError):
        check_verification_keys(other)


def test_tables_and_rolls_stay_out_of_logs(world):
    assert "weights" not in repr(world.opened)
    assert "public_key" not in repr(world.opened)
