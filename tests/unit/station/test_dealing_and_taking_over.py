# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the dealer to the trustees: what leaves the dealer is checked by everyone who signs for it."""

import hashlib
from functools import cache

import pytest

from bulletin_board.codec.canonical import encode
from tally.crypto import sealed
from tally.crypto.errors import (
    CannotOpen,
    CertificateError,
    SealedFileError,
    VerificationKeyError,
    WrongContext,
    WrongRecipient,
)
from tally.dealer import dealing
from tally.dealer.errors import CardsDiffer, KeyFailed
from tally.key_draft import KeyAcknowledgement, draft_bytes, read_draft
from tally.record.errors import ForbiddenModulusSize, UnsupportedKeyKind
from tally.station.accepting import check_share, take_over
from tally.station.errors import KeyRefused, NotListed, ShareRefused
from tally.station.share import seal, unseal
from tests import simulator, stations
from tests.keys import Stream


@cache
def manifest():
    return stations.town_manifest()


@cache
def dealt():
    return dealing.deal_key(manifest(), entropy=Stream(b"dealer"))


def cards():
    return [secrets(index).card() for index in (1, 2, 3)]


def secrets(index: int):
    return simulator.with_changes(stations.secrets_of(index, stations.town()), accepted=None)


def over(index: int = 1, **changes: object):
    values = {
        "manifest": manifest().to_bytes(),
        "draft": dealt().draft,
        "share": dealt().shares[index - 1],
        "allow_test_modulus": True,
    }
    return take_over(secrets(index), **(values | changes))


def record():
    return read_draft(dealt().draft, modulus_bits=1024)


def drafted(**changes: object) -> bytes:
    return draft_bytes(simulator.with_changes(record(), **changes))


# The dealer


def test_the_dealer_takes_the_trustees_cards_in_any_order():
    dealing.check_cards(manifest(), list(reversed(cards())))


def test_a_card_that_the_manifest_does_not_list_is_refused():
    stranger = simulator.with_changes(secrets(1), decryption_key=b"\x05" * 32).card()
    with pytest.raises(CardsDiffer):
        dealing.check_cards(manifest(), [stranger, *cards()[1:]])


def test_a_missing_card_is_refused():
    with pytest.raises(CardsDiffer):
        dealing.check_cards(manifest(), cards()[:2])


def test_a_card_too_many_is_refused():
    with pytest.raises(CardsDiffer):
        dealing.check_cards(manifest(), [*cards(), cards()[0]])


def test_the_draft_says_dealt_and_names_its_manifest():
    assert record().kind == "dealt"
    assert record().transcript == manifest().payload_sha256


def test_no_share_stands_in_the_draft_and_each_is_sealed_to_one_trustee():
    for index in (1, 2, 3):
        share = unseal(
            dealt().shares[index - 1],
            stations.decryption_key(index),
            election_id=manifest().election_id,
            trustee=index,
        )
        assert share.secret not in dealt().draft
        with pytest.raises(WrongRecipient):
            unseal(
                dealt().shares[index - 1],
                stations.decryption_key(index % 3 + 1),
                election_id=manifest().election_id,
                trustee=index,
            )


def test_a_key_that_does_not_decrypt_is_not_handed_out(monkeypatch):
    good = dealing.deal

    def broken(**values):
        made = good(**values)
        return simulator.with_changes(made, shares=(made.shares[0] + 1, *made.shares[1:]))

    monkeypatch.setattr(dealing, "deal", broken)
    with pytest.raises(KeyFailed):
        dealing.deal_key(manifest(), entropy=Stream(b"broken dealer"))


def test_a_key_that_phe_decrypts_otherwise_is_not_handed_out(monkeypatch):
    monkeypatch.setattr("tally.crypto.phe_oracle.PrivateOracle.decrypt", lambda *_: 0)
    with pytest.raises(KeyFailed):
        dealing.deal_key(manifest(), entropy=Stream(b"dealer"))


# The trustee


@pytest.mark.parametrize("index", [1, 2, 3])
def test_every_trustee_takes_over_and_signs_for_the_draft(index):
    taken = over(index)
    word = KeyAcknowledgement.from_bytes(taken.acknowledgement.to_bytes())
    assert (word.trustee, word.election_id) == (index, manifest().election_id)
    assert word.signature == record().acknowledge(index, stations.trustee_seed(index))
    assert taken.share.key_sha256 == hashlib.sha256(dealt().draft).hexdigest()


def test_all_acknowledgements_complete_the_record():
    words = [over(index).acknowledgement.signature for index in (1, 2, 3)]
    record().with_acknowledgements(words).check(manifest())


def test_a_manifest_that_does_not_list_us_is_refused():
    stranger = simulator.with_changes(secrets(1), seed=b"\x05" * 32)
    with pytest.raises(NotListed):
        take_over(
            stranger,
            manifest=manifest().to_bytes(),
            draft=dealt().draft,
            share=dealt().shares[0],
            allow_test_modulus=True,
        )


def test_a_small_modulus_is_refused_without_the_switch():
    with pytest.raises(ForbiddenModulusSize):
        over(allow_test_modulus=False)


def test_a_key_dealt_for_another_manifest_is_refused():
    other = stations.town_manifest(rehearsal=True)
    with pytest.raises(KeyRefused):
        over(manifest=other.to_bytes())


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "distributed"},
        {"election_id": "0" * 32},
        {"h": 5},
        {"threshold": 3},
        {"transcript": "0" * 64},
    ],
)
def test_a_key_other_than_the_promised_one_is_refused(changes):
    with pytest.raises(KeyRefused):
        over(draft=drafted(**changes))


def test_a_key_that_is_said_to_be_made_by_a_ceremony_is_refused():
    said = manifest().to_bytes().replace(b'"key":"dealt"', b'"key":"distributed"')
    with pytest.raises(UnsupportedKeyKind):
        over(manifest=said, draft=drafted(kind="distributed"))


def test_a_certificate_that_does_not_hold_is_refused():
    roots = (record().nth_roots[1], *record().nth_roots[1:])
    with pytest.raises(CertificateError):
        over(draft=drafted(nth_roots=roots))


def test_inconsistent_verification_keys_are_refused():
    first, second, third = record().verification_keys
    with pytest.raises(VerificationKeyError):
        over(draft=drafted(verification_keys=(second, first, third)))


def test_the_share_file_of_another_trustee_is_refused():
    with pytest.raises(WrongContext):
        over(1, share=dealt().shares[1])


def test_a_share_file_that_is_none_is_refused():
    with pytest.raises(SealedFileError):
        over(1, share=b"{}")


def test_an_altered_share_file_is_refused():
    altered = bytearray(dealt().shares[0])
    place = altered.index(b'"ciphertext":"') + 20
    altered[place] = ord("A") if altered[place] != ord("A") else ord("B")
    with pytest.raises(CannotOpen):
        over(1, share=bytes(altered))


def resealed(**changes: object) -> bytes:
    share = simulator.with_changes(over(1).share, **changes)
    key = manifest().trustees.members[0].encryption_key
    return seal(share, key)


def test_a_share_that_the_verification_key_does_not_commit_to_is_refused():
    wrong = (over(1).share.exponent + 1).to_bytes(len(over(1).share.secret), "big")
    with pytest.raises(ShareRefused, match="commits"):
        over(1, share=resealed(secret=wrong))


def test_another_trustees_exponent_in_our_file_is_refused():
    with pytest.raises(ShareRefused, match="commits"):
        over(1, share=resealed(secret=over(2).share.secret))


def test_a_share_of_another_key_is_refused():
    with pytest.raises(ShareRefused, match="another key"):
        over(1, share=resealed(key_sha256="0" * 64))


@pytest.mark.parametrize("secret", [b"\x00", b"\xff" * 700])
def test_a_share_out_of_range_is_refused(secret):
    with pytest.raises(ShareRefused, match="range"):
        over(1, share=resealed(secret=secret))


def test_a_file_that_names_another_trustee_inside_is_refused():
    share = over(1).share
    outside = stations.share_of(1, stations.town().key, stations.town().dealt)
    liar = simulator.with_changes(share, trustee=2)
    context = f"veritally/trustee-share/1 {outside.election_id} 1"
    key = manifest().trustees.members[0].encryption_key
    container = sealed.seal_to_key(encode(liar.to_value()), key, context=context)
    with pytest.raises(ShareRefused, match="another trustee"):
        over(1, share=container)


def test_a_file_with_no_share_inside_is_refused():
    key = manifest().trustees.members[0].encryption_key
    context = f"veritally/trustee-share/1 {manifest().election_id} 1"
    with pytest.raises(ShareRefused, match="does not hold"):
        over(1, share=sealed.seal_to_key(b"{}", key, context=context))


def test_the_same_share_passes_when_it_is_checked_again_before_the_count():
    check_share(over(1).share, record())
