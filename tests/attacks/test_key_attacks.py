# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/threat-model.md, "Key": every trustee signs a false key record; the record must give it away."""

from dataclasses import replace

import gmpy2
import pytest
from gmpy2 import mpz

from tally.crypto import dealing
from tally.crypto.certificate import Certificate, root_target
from tally.crypto.parameters import derive_base
from tests.attacks.collusion import (
    acknowledged,
    changed,
    factors_of,
    record_of,
    rekeyed,
    rigged_key,
    sealed,
    with_key,
)
from tests.attacks.judge import assert_only, assert_refuted, edited
from tests.keys import dealt_key_1024
from tests.simulator import trustee_seed

SMALL_FACTOR = 8_191  # below 2^16
HIDDEN_FACTOR = 131_071  # above


def assert_key_refused(world, check, error, **changes):
    entries, fingerprint = rekeyed(world, **changes)
    assert_only(world, world.board(entries), check, error, fingerprint=fingerprint)


def assert_modulus_refused(world, modulus, check, error):
    """Another modulus with the certificate of the honest one, h derived as it must be."""
    h = derive_base(modulus) if modulus % 2 else world.key.h
    entries, fingerprint = rekeyed(world, modulus=int(modulus), h=int(h))
    assert_refuted(world, world.board(entries), check, error, fingerprint=fingerprint)


def test_a_key_changed_after_opening_is_refused(world):
    entries = edited(world, "key", lambda value: value.update(transcript="1" * 64))
    assert_refuted(world, world.board(entries), "A.2", "OpeningMismatch")


def test_a_chosen_base_of_randomness_is_refused(world):
    h = pow(world.key.h, 3, world.key.modulus**2)
    assert_key_refused(world, "D.3", "BaseMismatch", h=int(h))


def test_a_base_of_randomness_that_hides_nothing_is_refused(world):
    assert_key_refused(world, "D.3", "BaseMismatch", h=1)


def test_a_generator_of_its_own_is_refused(world):
    payload = changed(world.entries[2][1], lambda value: value.update(g=value["h"]))
    entries, fingerprint = with_key(world, payload)
    assert_only(world, world.board(entries), "D.1", "UnknownField", fingerprint=fingerprint)


def test_an_unknown_version_is_refused(world):
    payload = changed(world.entries[2][1], lambda value: value.update(format="veritally/key/2"))
    entries, fingerprint = with_key(world, payload)
    assert_only(world, world.board(entries), "D.1", "WrongForm", fingerprint=fingerprint)


@pytest.mark.parametrize("part", ["nth_roots", "square_roots", "verification_keys", "acknowledgements"])
def test_a_list_that_is_one_short_is_refused(world, part):
    payload = changed(world.entries[2][1], lambda value: value[part].pop())
    entries, fingerprint = with_key(world, payload)
    assert_only(world, world.board(entries), "D.1", "OutOfRange", fingerprint=fingerprint)


def test_a_key_without_a_certificate_is_refused(world):
    payload = changed(world.entries[2][1], lambda value: value.pop("nth_roots"))
    entries, fingerprint = with_key(world, payload)
    assert_only(world, world.board(entries), "D.1", "MissingField", fingerprint=fingerprint)


def test_a_certificate_with_one_false_root_is_refused(world):
    roots = world.key.nth_roots
    assert_key_refused(world, "D.2", "CertificateError", nth_roots=(*roots[:-1], roots[0]))


def test_a_certificate_with_one_false_square_root_is_refused(world):
    roots = world.key.square_roots
    assert_key_refused(world, "D.2", "CertificateError", square_roots=(roots[1], *roots[1:]))


def test_a_certificate_in_another_order_is_refused(world):
    roots = world.key.nth_roots
    assert_key_refused(world, "D.2", "CertificateError", nth_roots=(roots[1], roots[0], *roots[2:]))


def test_a_certificate_of_roots_beyond_n_is_refused(world):
    p, q = factors_of(world)
    small = next(root for root in world.key.square_roots if root + p * q < 1 << 1024)
    place = world.key.square_roots.index(small)
    roots = [*world.key.square_roots]
    roots[place] = int(small + p * q)
    assert_key_refused(world, "D.2", "CertificateError", square_roots=tuple(roots))


def test_a_certificate_of_challenges_that_the_prover_chose_is_refused(world):
    n = world.key.modulus
    chosen = tuple(int(pow(mpz(j), n, n)) for j in range(2, 10))  # roots of what nobody asked for
    assert_key_refused(world, "D.2", "CertificateError", nth_roots=chosen)


def test_a_certificate_of_another_context_is_refused(world):
    p, q = factors_of(world)
    other: Certificate = dealing._certify(p * q, (p - 1) * (q - 1), b"another election")
    assert root_target(p * q, b"another election", 0) == pow(mpz(other.nth_roots[0]), p * q, p * q)
    assert_key_refused(world, "D.2", "CertificateError", nth_roots=other.nth_roots)


def test_a_certificate_of_another_modulus_is_refused(world):
    certificate = dealt_key_1024(context=b"another modulus").certificate
    other = rigged_key(HIDDEN_FACTOR)[0]
    assert_key_refused(
        world, "D.2", "CertificateError", nth_roots=other.nth_roots, square_roots=certificate.square_roots
    )


def test_a_modulus_with_a_factor_of_13_bits_is_refused(world):
    payload = acknowledged(record_of(rigged_key(SMALL_FACTOR)[1])).to_bytes()
    entries, fingerprint = with_key(world, payload)
    assert_only(world, world.board(entries), "D.2", "CertificateError", fingerprint=fingerprint)


def test_an_even_modulus_is_refused(world):
    assert_modulus_refused(world, world.key.modulus + 1, "D.1", "EvenModulus")


def test_a_shorter_modulus_is_refused(world):
    # Written over n on the page, for no program of ours writes a number into another width.
    def shorten(value):
        value["modulus"] = "A" + value["modulus"][1:]

    entries, fingerprint = with_key(world, changed(world.entries[2][1], shorten))
    assert_only(world, world.board(entries), "D.1", "WrongModulusSize", fingerprint=fingerprint)


def _prime(bits, residue):
    p = mpz(3) << (bits - 2)
    p += (residue - p) % 8
    while not gmpy2.is_prime(p):
        p += 8
    return p


MODULI = {
    "is prime": lambda: _prime(1024, 1),
    "is a square": lambda: _prime(512, 7) ** 2,
    "is 5 modulo 8": lambda: _prime(512, 7) * _prime(512, 3),
    "has three factors": lambda: _prime(342, 7) * _next(_prime(342, 7)) * _prime(341, 1),
    "is another pair of primes, without their certificate": lambda: _prime(512, 7) * (_next(_prime(512, 7))),
}


def _next(p):
    p += 8
    while not gmpy2.is_prime(p):
        p += 8
    return p


@pytest.mark.parametrize("name", MODULI)
def test_a_modulus_is_refused_that(world, name):
    assert_modulus_refused(world, MODULI[name](), "D.2", "CertificateError")


def test_permuted_verification_keys_are_refused(world):
    first, second, third = world.key.verification_keys
    assert_key_refused(world, "D.4", "VerificationKeyError", verification_keys=(second, first, third))


def test_a_repeated_verification_key_is_refused(world):
    first, second, _ = world.key.verification_keys
    assert_key_refused(world, "D.4", "VerificationKeyError", verification_keys=(first, second, second))


@pytest.mark.parametrize("value", ["0", "1", "n-1", "n", "p", "random"])
def test_a_degenerate_verification_key_is_refused(world, value):
    n, (p, _) = world.key.modulus, factors_of(world)
    bad = {"0": 0, "1": 1, "n-1": n - 1, "n": n, "p": int(p), "random": pow(3, 1 << 200, n)}[value]
    keys = (bad, *world.key.verification_keys[1:])
    assert_key_refused(world, "D.4", "VerificationKeyError", verification_keys=keys)


def test_a_chosen_verification_base_is_refused(world):
    base = world.key.verification_base**2 % world.key.modulus
    assert_key_refused(world, "D.4", "VerificationKeyError", verification_base=base)


@pytest.mark.parametrize("value", ["0", "p", "another"])
def test_a_false_gamma_is_refused(world, value):
    p, _ = factors_of(world)
    gamma = {"0": 0, "p": int(p), "another": world.key.gamma0 + 2}[value]
    assert_key_refused(world, "D.4", "VerificationKeyError", gamma0=gamma)


def test_a_threshold_that_the_manifest_does_not_promise_is_refused(world):
    entries, fingerprint = rekeyed(world, threshold=3)
    assert_refuted(world, world.board(entries), "D.1", "TrusteesMismatch", fingerprint=fingerprint)


def test_a_dealt_key_is_never_passed_off_as_a_distributed_one(world):
    assert_key_refused(world, "D.1", "KeyKindMismatch", kind="distributed")


def test_no_key_is_called_distributed_before_there_are_ceremonies(world):
    """Everybody who signs says so; nothing in the record could show it."""
    manifest = changed(world.entries[0][1], lambda value: value["trustees"].update(key="distributed"))
    key = acknowledged(replace(world.key, kind="distributed", transcript="ab" * 32))
    entries, fingerprint = sealed([("manifest", manifest), world.entries[1], ("key", key.to_bytes())])
    assert_only(world, world.board(entries), "C.1", "UnsupportedKeyKind", fingerprint=fingerprint)


def test_a_key_of_another_election_is_refused(world):
    entries, fingerprint = rekeyed(world, election_id="f" * 32)
    assert_refuted(world, world.board(entries), "D.1", "ForeignRecord", fingerprint=fingerprint)


def test_a_certificate_and_shares_of_another_election_are_refused(world):
    entries, fingerprint = rekeyed(world, election_id="f" * 32)
    assert_refuted(world, world.board(entries), "D.2", "CertificateError", fingerprint=fingerprint)


# Acknowledgements: here the server lacks a trustee.


def assert_acknowledgements_refused(world, signatures):
    payload = world.key.with_acknowledgements(signatures).to_bytes()
    entries, fingerprint = with_key(world, payload)
    assert_only(world, world.board(entries), "D.5", "BadAcknowledgement", fingerprint=fingerprint)


def test_an_acknowledgement_by_somebody_else_is_refused(world):
    first, second, _ = world.key.acknowledgements
    assert_acknowledgements_refused(world, (first, second, world.key.acknowledge(3, b"S" * 32)))


def test_a_copied_acknowledgement_is_refused(world):
    first, second, _ = world.key.acknowledgements
    assert_acknowledgements_refused(world, (first, second, second))


def test_a_trustee_who_signs_for_two_seats_is_refused(world):
    first, second, _ = world.key.acknowledgements
    assert_acknowledgements_refused(world, (first, second, world.key.acknowledge(3, trustee_seed(2))))


def test_acknowledgements_in_another_order_are_refused(world):
    first, second, third = world.key.acknowledgements
    assert_acknowledgements_refused(world, (second, first, third))


def test_acknowledgements_of_different_transcripts_are_refused(world):
    first, second, _ = world.key.acknowledgements
    other = replace(world.key, transcript="1" * 64)
    assert_acknowledgements_refused(world, (first, second, other.acknowledge(3, trustee_seed(3))))
