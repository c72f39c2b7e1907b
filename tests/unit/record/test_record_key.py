# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from dataclasses import replace

import pytest

from bulletin_board import errors as board_errors
from bulletin_board.codec.canonical import encode
from bulletin_board.codec.fields import number_text, octets_text
from tally.crypto.certificate import verify_certificate
from tally.crypto.threshold import check_threshold_key
from tally.record import errors
from tally.record.key import KeyRecord
from tests.vectors.record_election import (
    ELECTION_ID,
    MODULUS_BITS,
    TRUSTEES,
    election,
    manifest_of,
    payloads,
    trustees,
)

WIDTH = MODULUS_BITS // 8


def _with(**changes):
    data = encode(json.loads(payloads()["key"]) | changes)
    return KeyRecord.from_bytes(data, modulus_bits=MODULUS_BITS)


def test_the_good_record_holds_up_to_every_check_there_is():
    record, context = election().key, bytes.fromhex(ELECTION_ID)
    record.check(election().manifest)
    check_threshold_key(record.threshold_key, context)
    verify_certificate(record.modulus, MODULUS_BITS, context, record.certificate)


@pytest.mark.parametrize("bits", [MODULUS_BITS - 8, MODULUS_BITS + 8, 2048])
def test_a_record_for_another_modulus_size_is_refused(bits):
    with pytest.raises(board_errors.WrongLength):
        KeyRecord.from_bytes(payloads()["key"], modulus_bits=bits)


def test_a_modulus_with_a_leading_zero_bit_is_refused():
    with pytest.raises(errors.WrongModulusSize):
        _with(modulus=number_text(election().key.modulus >> 1 | 1, WIDTH))


def test_an_even_modulus_is_refused():
    with pytest.raises(errors.EvenModulus):
        _with(modulus=number_text(election().key.modulus - 1, WIDTH))


def test_a_key_smaller_than_the_manifest_promises_is_refused():
    with pytest.raises(errors.WrongModulusSize):
        election().key.check(manifest_of(modulus_bits=2048))


def test_a_key_of_another_election_is_refused():
    with pytest.raises(errors.ForeignRecord):
        election().key.check(manifest_of(election_id="ff" * 16))


def test_a_distributed_key_where_a_dealt_one_was_promised_is_refused():
    with pytest.raises(errors.KeyKindMismatch):
        replace(election().key, kind="distributed").check(election().manifest)


def test_a_manifest_cannot_promise_a_distributed_key_yet():
    with pytest.raises(errors.UnsupportedKeyKind):
        manifest_of(trustees=trustees(key="distributed"))


def test_another_threshold_than_the_manifests_is_refused():
    with pytest.raises(errors.TrusteesMismatch):
        election().key.check(manifest_of(trustees=trustees(threshold=3)))


def test_another_number_of_trustees_than_the_manifests_is_refused():
    two = trustees(members=trustees().members[:2], acknowledgements=2)
    with pytest.raises(errors.TrusteesMismatch):
        election().key.check(manifest_of(trustees=two))


def test_an_h_that_is_not_derived_from_n_is_refused():
    with pytest.raises(errors.BaseMismatch):
        replace(election().key, h=election().key.h + 1).check(election().manifest)


def test_an_acknowledgement_of_something_else_is_refused_and_its_trustee_named():
    changed = replace(election().key, transcript="11" * 32)
    with pytest.raises(errors.BadAcknowledgement, match="trustee 1"):
        changed.check(election().manifest)


def test_one_trustees_acknowledgement_does_not_stand_for_another():
    record = election().key
    copied = record.with_acknowledgements((record.acknowledgements[0],) * 3)
    with pytest.raises(errors.BadAcknowledgement, match="trustee 2"):
        copied.check(election().manifest)


def test_one_trustee_cannot_acknowledge_as_another():
    record = election().key
    signed = record.with_acknowledgements(record.acknowledge(number, TRUSTEES[0]) for number in (1, 2, 3))
    with pytest.raises(errors.BadAcknowledgement, match="trustee 2"):
        signed.check(election().manifest)


def test_a_missing_acknowledgement_is_refused():
    record = election().key
    short = record.with_acknowledgements(record.acknowledgements[:2])
    with pytest.raises(errors.BadAcknowledgement):
        short.check(election().manifest)
    with pytest.raises(board_errors.OutOfRange):
        _with(acknowledgements=[octets_text(signature) for signature in short.acknowledgements])


@pytest.mark.parametrize(
    ("name", "count"), [("nth_roots", 8), ("square_roots", 128), ("verification_keys", 3)]
)
def test_too_few_or_too_many_roots_or_keys_are_refused(name, count):
    one = number_text(1, WIDTH)
    for number in (0, count - 1, count + 1):
        with pytest.raises(board_errors.OutOfRange):
            _with(**{name: [one] * number})


@pytest.mark.parametrize(("k", "l"), [(0, 3), (4, 3), (2, 0), (2, 16)])
def test_numbers_of_trustees_out_of_range_are_refused(k, l):  # noqa: E741  # the protocol's letter
    with pytest.raises(board_errors.OutOfRange):
        _with(trustees=l, threshold=k)


def test_a_kind_of_key_that_does_not_exist_is_refused():
    with pytest.raises(board_errors.WrongForm):
        _with(kind="found")
