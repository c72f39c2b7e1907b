# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Celery application of the server. Trustees' stations run their own, without Django."""

import logging.config
import os
from pathlib import Path

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

SWEEP = 2.0  # s
SLOW_SWEEP = 10.0  # s
HOURLY = 3600.0  # s
# Mail has a queue and a worker of its own: a mail server that says nothing must not hold up the clock.
MAIL_QUEUE = "mail"
MAIL_TASKS = ("voting.registration.tasks.send_due", "voting.mailed.tasks.send_due")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voting.settings")

app = Celery("veritally")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_routes = {task: {"queue": MAIL_QUEUE} for task in MAIL_TASKS}
# Sweeps of due rows: a message that was lost is made up for by the next one, and none outlives it.
app.conf.beat_schedule = {
    task: {"task": task, "schedule": period, "options": {"expires": period}}
    for task, period in (
        ("voting.tasks.sweep", SWEEP),
        ("voting.tasks.recheck", SWEEP),
        ("voting.tasks.renew", SWEEP),
        ("voting.tasks.write_boards", SWEEP),
        ("voting.tasks.check_boards", SLOW_SWEEP),
        ("voting.tasks.forget", HOURLY),
        ("tally.tasks.sweep", SWEEP),
        *((task, SWEEP) for task in MAIL_TASKS),
    )
}


@app.on_after_configure.connect
def make_broker_folders(**_: object) -> None:
    """Create the folders of the filesystem transport, readable by the server's own account only."""
    for name, folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS.items():
        if name.endswith(("_in", "_out", "_folder")):
            Path(str(folder)).mkdir(mode=0o700, parents=True, exist_ok=True)


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Stop Celery from installing log handlers of its own, which would print addresses."""
    logging.config.dictConfig(settings.LOGGING)
