# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py run_election FILE --record DIR`: a whole election from a file of real ballots.

Needs no configuration: database, keys and broker are temporary and gone afterwards (voting/local.py). Exit 0
if the tally is what was published and the record verifies, 1 if not.
"""

import os
import shlex
from argparse import ArgumentParser
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from tally.crypto.parameters import MODULUS_BITS, TEST_MODULUS_BITS
from tally.registrar.files import read_limited
from tally.verifier.report import Verdict
from voting.importers.pabulib import MAX_BYTES, read_pabulib
from voting.importers.pabulib_election import to_election
from voting.management.refusals import refusals
from voting.rehearsal.pabulib import CONTEST, Outcome, Plan, check_record_folder, run
from voting.rehearsal.screen import Screen
from voting.services import log_key
from voting.services.opened import allow_test_modulus


class Command(BaseCommand):
    """Run a whole election from a Pabulib file, and compare its result with the published one."""

    help = __doc__ or ""
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, where the record goes, and who decrypts with what."""
        parser.add_argument("file", type=Path, help="A Pabulib file (.pb).")
        parser.add_argument("--record", type=Path, required=True, help="The folder to create for the record.")
        parser.add_argument("--trustees", type=int, default=5, help="How many trustees; 5 if left out.")
        parser.add_argument("--threshold", type=int, default=3, help="How many can decrypt; 3 if left out.")
        parser.add_argument(
            "--modulus-bits",
            type=int,
            default=max(MODULUS_BITS),
            help=f"Size of the key: {' or '.join(map(str, MODULUS_BITS))}.",
        )
        parser.add_argument(
            "--jobs", type=int, default=min(os.cpu_count() or 1, 8), help="Processes; one for each core."
        )

    def handle(
        self,
        *_args: object,
        file: Path,
        record: Path,
        trustees: int,
        threshold: int,
        modulus_bits: int,
        jobs: int,
        **_options: object,
    ) -> None:
        """Run it."""
        sizes = (TEST_MODULUS_BITS, *MODULUS_BITS) if allow_test_modulus() else MODULUS_BITS
        if modulus_bits not in sizes:
            raise CommandError(f"--modulus-bits must be {' or '.join(map(str, sizes))}")
        if trustees < 1 or jobs < 1:
            raise CommandError("--trustees and --jobs must be at least 1")
        console = Console()
        screen = Screen(console)
        with refusals():
            check_record_folder(record)
            source = to_election(read_pabulib(read_limited(file, limit=MAX_BYTES)), contest_id=CONTEST)
            screen.show_source(source)
            with screen.progress("Preparing a database of its own", None):
                call_command("migrate", verbosity=0, interactive=False)
                log_key.create()
            plan = Plan(
                name=file.stem,
                record=record,
                trustees=trustees,
                threshold=threshold,
                modulus_bits=modulus_bits,
                jobs=jobs,
            )
            outcome = run(source, plan, progress=screen.progress, say=screen.say)
        screen.show_outcome(outcome)
        command = f"python -m tally.verifier {shlex.quote(str(record))} --fingerprint {outcome.fingerprint}"
        console.print(f"\nFingerprint: {outcome.fingerprint}\nRecord: {record}", highlight=False)
        console.print(f"Verify it yourself: {command}", highlight=False, soft_wrap=True)
        _judge(outcome)


def _judge(outcome: Outcome) -> None:
    if outcome.report.verdict is not Verdict.VERIFIED:
        raise CommandError("the record does not verify")
    if not outcome.agrees:
        reason = " They are the ballots that break the file's own rule." if outcome.is_explained else ""
        raise CommandError(f"published and tallied totals differ.{reason}")
