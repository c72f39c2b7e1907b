# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write tests/vectors/ballot.json: `python -m tests.vectors.make_ballot` (a few seconds).

Ballots with all that they were made of, h of two moduli, and draws from a seed. Every number is minimal
lower-case hexadecimal; README.md says what the fields are.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tally.crypto.membership import BallotProof, Claim, coefficient_sum, prove
from tally.crypto.numbers import items, to_bytes
from tally.crypto.parameters import CHALLENGE_BITS, PublicKey, derive_base, response_bits
from tally.crypto.randomness import Draws
from tally.crypto.statements import Statement
from tally.crypto.transcript import Context
from tests.keys import dealt_key_1024, modulus_3072
from tests.proofs import KINDS, variable, with_part

FILE = Path(__file__).parent / "ballot.json"
SEED = bytes(range(32))
FIRST = Context(fingerprint=b"\xf0" * 32, credential=b"\xc1" * 32, supersedes=b"")
REVOTE = replace(FIRST, supersedes=b"\x5e" * 32)
CHOOSE_ONE_OF_3 = ((variable(0, 1, 1 << 20, 1 << 40),), (1 << 20,))


def _hexes(numbers: Iterable[int]) -> list[str]:
    return [f"{int(number):x}" for number in numbers]


def _statement(statement: Statement) -> dict[str, object]:
    return {
        "terms": [[index, f"{coefficient:x}"] for index, coefficient in statement.terms],
        "values": _hexes(statement.values),
    }


def _claim(key: PublicKey, claim: Claim, proof: BallotProof) -> dict[str, object]:
    context = claim.context
    return {
        "modulus": f"{key.n:x}",
        "fingerprint": context.fingerprint.hex(),
        "credential": context.credential.hex(),
        "supersedes": context.supersedes.hex(),
        "statements": [_statement(statement) for statement in claim.statements],
        "ciphertexts": _hexes(claim.ciphertexts),
        "challenge": f"{proof.challenge:x}",
        "challenges": [_hexes(part.challenges) for part in proof.statements],
        "responses": [_hexes(part.responses) for part in proof.statements],
    }


def _transcript(context: Context, numbers: Iterable[int], width: int) -> bytes:
    return context.items() + items(to_bytes(number, width) for number in numbers)


def _ballot(name: str, key: PublicKey, context: Context, kind: tuple) -> dict[str, object]:
    statements, values = kind
    draws = Draws(hashlib.sha256(SEED + name.encode()).digest())
    claim, proof, commitments = prove(key, context, statements, values, draws)
    transcript = _transcript(context, (*claim.ciphertexts, *commitments), key.width)
    real = [s.values.index(sum(a * values[k] for k, a in s.terms)) for s in statements]
    masks = [
        [draws.draw("t", (i, j), response_bits(key.bits, coefficient_sum(s))) for j in range(len(s.values))]
        for i, s in enumerate(statements)
    ]
    drawn = [
        [
            "0" if j == real[i] else f"{draws.draw('e', (i, j), CHALLENGE_BITS):x}"
            for j in range(len(s.values))
        ]
        for i, s in enumerate(statements)
    ]
    return {
        "name": name,
        **_claim(key, claim, proof),
        "seed": draws.seed.hex(),
        "plaintexts": _hexes(values),
        "secrets": _hexes(draws.draw("s", (k,), key.randomness_bits) for k in range(len(values))),
        "masks": [_hexes(row) for row in masks],
        "drawn_challenges": drawn,
        "commitments": _hexes(commitments),
        "transcript_length": len(transcript),
        "transcript_sha256": hashlib.sha256(transcript).hexdigest(),
    }


def _refused(key: PublicKey) -> list[dict[str, object]]:
    statements, values = KINDS["approval"]
    claim, proof, _ = prove(key, FIRST, statements, values, Draws(SEED))
    (first, second), responses = proof.statements[0].challenges, proof.statements[0].responses
    n, modulus = key.n, key.modulus
    other = claim.ciphertexts[1]
    cases = {
        "ChallengeMismatch": (
            ("another credential", replace(claim, context=replace(FIRST, credential=b"\xc2" * 32)), proof),
            ("another predecessor", replace(claim, context=REVOTE), proof),
            (
                "a negated ciphertext",
                replace(claim, ciphertexts=(modulus - claim.ciphertexts[0], other)),
                proof,
            ),
            ("a response plus 1", claim, with_part(proof, 0, responses=(responses[0] + 1, responses[1]))),
            (
                "a value that is not allowed",
                replace(claim, statements=(variable(0, 0, 2), *statements[1:])),
                proof,
            ),
        ),
        "ChallengeSumMismatch": (
            ("a flipped sub-challenge", claim, with_part(proof, 0, challenges=(first ^ 1, second))),
            ("a flipped challenge", claim, replace(proof, challenge=proof.challenge ^ 1)),
        ),
        "OutOfRange": (
            ("a sub-challenge of 129 bits", claim, with_part(proof, 0, challenges=(first + 2**128, second))),
            ("a ciphertext of 0", replace(claim, ciphertexts=(0, other)), proof),
            (
                "a ciphertext above N",
                replace(claim, ciphertexts=(claim.ciphertexts[0] + modulus, other)),
                proof,
            ),
            (
                "a response of too many bits",
                claim,
                with_part(
                    proof, 0, responses=(responses[0] + (4 << response_bits(key.bits, 1)), responses[1])
                ),
            ),
        ),
        "NotAUnit": (("a ciphertext of n", replace(claim, ciphertexts=(n, other)), proof),),
        "ShapeMismatch": (
            ("a missing branch", claim, with_part(proof, 0, challenges=(first,), responses=responses[:1])),
            ("a missing statement", claim, replace(proof, statements=proof.statements[:-1])),
            (
                "a ciphertext without a statement",
                replace(claim, ciphertexts=(*claim.ciphertexts, other)),
                proof,
            ),
        ),
    }
    return [
        {"name": name, "reason": reason, **_claim(key, changed, changed_proof)}
        for reason, group in cases.items()
        for name, changed, changed_proof in group
    ]


def _draws() -> list[dict[str, object]]:
    asked = [("s", (0,), 512), ("t", (2, 13), 1793), ("e", (0, 1), 128), ("e", (10, 0), 128)]
    return [
        {
            "seed": SEED.hex(),
            "attempt": attempt,
            "name": name,
            "index": list(index),
            "bits": bits,
            "value": f"{Draws(SEED, attempt).draw(name, index, bits):x}",
        }
        for attempt in (0, 1)
        for name, index, bits in asked
    ]


def build() -> dict[str, object]:
    """Everything in the file."""
    small = PublicKey.from_modulus(dealt_key_1024().key.n)
    large = PublicKey.from_modulus(modulus_3072())
    return {
        "bases": [{"modulus": f"{n:x}", "base": f"{derive_base(n):x}"} for n in (small.n, large.n)],
        "draws": _draws(),
        "ballots": [
            _ballot("choose one of 3", small, FIRST, CHOOSE_ONE_OF_3),
            _ballot("choose one of 3, again", small, REVOTE, CHOOSE_ONE_OF_3),
            _ballot("approval of 2", small, FIRST, KINDS["approval"]),
            _ballot("a sum with a negative coefficient", small, FIRST, KINDS["difference"]),
            _ballot("costs with slack", small, FIRST, KINDS["costs"]),
            _ballot("choose one of 3 at 3072 bits", large, FIRST, CHOOSE_ONE_OF_3),
        ],
        "refused": _refused(small),
    }


def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(build(), indent=1) + "\n")


if __name__ == "__main__":
    main()
