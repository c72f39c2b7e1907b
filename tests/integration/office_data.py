# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's elections at every stage as rows: `python -m tests.integration.office_data`, for a browser."""

import os


def fill() -> None:
    from django.utils import timezone

    from tests.integration.office_world import HOSTILE, STAGES, official, question, scene
    from voting.office import actions
    from voting.services import log_key

    if not log_key.key_file().exists():
        log_key.create()
    now = timezone.now()
    official("piet")
    for stage in STAGES:
        scene(stage, slug=stage, title=f"Little Harbour, {stage}", now=now)
    counted = scene("checking", slug="counting", title="Rowing club: chair and committee", now=now)
    _count(counted.election)
    _mail(now)
    hostile = scene("described", slug="hostile", title=HOSTILE, now=now)
    actions.save_question(hostile.election, hostile.by, question(asked=HOSTILE))


def _mail(now) -> None:
    """An election whose codes this server mails: one message is sent, one was refused, one waits."""
    from tests.integration import mailed_world
    from voting.mailed import listing, registrar_key, sending
    from voting.mailed.models import State

    if not registrar_key.key_file().exists():
        registrar_key.create()
    election = mailed_world.prepare(slug="mailed", title="Choir: conductor", now=now).election
    listing.take(election, mailed_world.VOTERS, now=now)
    sending.start(election, now=now)
    ada, ben, _cleo = election.recipients.all()
    election.recipients.filter(pk=ada.pk).update(state=State.SENT, sent_at=now, credential="ab" * 32)
    election.recipients.filter(pk=ben.pk).update(state=State.FAILED)


def _count(election) -> None:
    """A count that has begun: one station has answered, one has refused, one has not answered yet."""
    import uuid

    from tally.models import RequestState, StationRequest, Tally, TallyState

    tally = Tally.objects.create(
        log=election.log, fingerprint=election.fingerprint, state=TallyState.ACKNOWLEDGING
    )
    states = {1: RequestState.ANSWERED, 2: RequestState.REFUSED, 3: RequestState.WAITING}
    for trustee, state in states.items():
        StationRequest.objects.create(
            tally=tally,
            trustee=trustee,
            phase="acknowledge",
            number=uuid.uuid4(),
            state=state,
            sends=1,
            verdict="too-few-counted" if state == RequestState.REFUSED else "",
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voting.settings")
    import django

    django.setup()
    fill()
