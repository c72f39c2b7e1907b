# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail server that takes a connection and says nothing holds up messages, and nothing else."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests import servers
from tests.integration import mailed_world as world
from tests.integration.tally_processes import ROOT, wait_until
from voting.celery import MAIL_QUEUE, MAIL_TASKS, app
from voting.mailed import sending
from voting.mailed.models import State

WORKERS = {
    "clock": ("--queues", "celery,tally-server", "--beat", "--schedule"),
    "mail": ("--queues", MAIL_QUEUE),
}


@pytest.fixture
def silent():
    """A mail server that never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(90)
        yield listening


@pytest.fixture
def environment(tmp_path, silent):
    data = tmp_path / "data"
    data.mkdir()
    found = servers.environment(
        data, database=f"sqlite:///{tmp_path / 'server.sqlite3'}", broker="filesystem://"
    )
    return found | {"EMAIL_URL": f"smtp://127.0.0.1:{silent.getsockname()[1]}"}


@pytest.fixture
def workers(tmp_path, environment):
    """Both workers, as docs/operations.md starts them."""
    subprocess.run(
        [sys.executable, "-m", "tests.integration.mail_setup"], cwd=ROOT, env=environment, check=True
    )
    started = []
    for name, arguments in WORKERS.items():
        schedule = [str(tmp_path / "beat")] if "--schedule" in arguments else []
        command = ["-m", "celery", "-A", "voting", "worker", *arguments, *schedule, "--concurrency", "1"]
        with (tmp_path / f"{name}.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, *command, "--without-gossip", "--without-mingle"],
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
    yield
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run(tmp_path, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(tmp_path / "server.sqlite3", timeout=30, isolation_level=None)) as database:
        return database.execute(statement).fetchall()


def test_the_clock_goes_on_while_the_mail_server_says_nothing(tmp_path, silent, workers):
    connection, _ = silent.accept()  # from here on the mail worker waits for a greeting
    with connection:
        run(tmp_path, "UPDATE voting_election SET opens_at = '2026-01-01 00:00:00' WHERE slug = 'due'")
        wait_until(
            lambda: run(tmp_path, "SELECT state FROM voting_election WHERE slug = 'due'") == [("open",)],
            "the opening",
        )
        assert run(tmp_path, "SELECT DISTINCT state FROM mailed_recipient") == [("waiting",)]


def test_only_messages_are_in_the_queue_of_mail():
    queue_of = {task: app.amqp.router.route({}, task)["queue"].name for task in app.conf.beat_schedule}
    assert {task for task, queue in queue_of.items() if queue == MAIL_QUEUE} == set(MAIL_TASKS)
    assert set(queue_of.values()) == {MAIL_QUEUE, "celery"}


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_says_nothing_counts_as_a_failure(settings, tmp_path, monkeypatch, silent):
    world.set_up(settings, tmp_path, monkeypatch)
    scene = world.started()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
    settings.EMAIL_TIMEOUT = 0.05  # s
    assert sending.send_due(clock=lambda: scene.by.now, at_once=1) == 0
    row = scene.election.recipients.get(failures=1)
    assert (row.state, row.credential) == (State.WAITING, "")
