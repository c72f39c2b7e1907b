# SPDX-License-Identifier: AGPL-3.0-or-later
import os
import sys
import time
from pathlib import Path

import pytest

from voting.demonstration.processes import ChildFailed, Supervisor, WaitedTooLong

SLEEP = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"]


@pytest.fixture
def supervisor(tmp_path):
    with Supervisor(tmp_path / "logs", cwd=tmp_path) as supervisor:
        yield supervisor


def python(code):
    return [sys.executable, "-c", code]


def has_ended(pid):
    """Ended, or a zombie that its new parent has not reaped yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except FileNotFoundError:
        return True


def fail_halfway(supervisor, children):
    with supervisor:
        children.append(supervisor.start("sleeper", SLEEP, env=os.environ))
        raise RuntimeError("halfway")


def test_a_service_that_ends_early_is_an_error_with_its_log(supervisor):
    supervisor.start("web server", python("print('port is taken'); raise SystemExit(3)"), env=os.environ)
    with pytest.raises(ChildFailed, match=r"(?s)web server.*exit code 3.*port is taken"):
        supervisor.wait_until(lambda: False, timeout=20, what="nothing")


def test_a_service_that_ends_with_success_is_still_an_error(supervisor):
    supervisor.start("worker", python("pass"), env=os.environ)
    with pytest.raises(ChildFailed, match="exit code 0"):
        supervisor.wait_until(lambda: False, timeout=20, what="nothing")


def test_a_job_that_fails_is_an_error_with_its_log(supervisor):
    job = supervisor.start_job("voters", python("raise SystemExit('no receipt')"), env=os.environ)
    with pytest.raises(ChildFailed, match=r"(?s)voters failed.*no receipt"):
        supervisor.finish([job], timeout=20, tick=lambda: None)


def test_a_job_that_is_killed_is_noticed_while_others_are_waited_for(supervisor):
    supervisor.start_job("voters", python("import os; os.kill(os.getpid(), 9)"), env=os.environ)
    with pytest.raises(ChildFailed, match="was killed"):
        supervisor.wait_until(lambda: False, timeout=20, what="nothing")


def test_a_job_may_end_with_an_allowed_code(supervisor):
    job = supervisor.start_job("verifier", python("raise SystemExit(1)"), env=os.environ)
    supervisor.finish([job], timeout=20, allowed=(0, 1), tick=lambda: None)
    supervisor.check()


def test_waiting_ends(supervisor):
    supervisor.start("sleeper", SLEEP, env=os.environ)
    with pytest.raises(WaitedTooLong, match="the moon"):
        supervisor.wait_until(lambda: False, timeout=0.1, what="the moon")


def test_stopping_ends_children_and_grandchildren(supervisor):
    code = (
        f"import subprocess; child = subprocess.Popen({SLEEP!r}); print(child.pid, flush=True); child.wait()"
    )
    child = supervisor.start("parent", python(code), env=os.environ)
    supervisor.wait_until(lambda: bool(child.log_tail().strip()), timeout=20, what="its child")
    grandchild = int(child.log_tail().split()[0])
    assert not has_ended(grandchild)
    supervisor.stop()
    assert child.process.returncode is not None
    for _ in range(200):
        if has_ended(grandchild):
            return
        time.sleep(0.05)
    pytest.fail("the grandchild goes on")


def test_a_failure_ends_all_children(tmp_path):
    supervisor = Supervisor(tmp_path / "logs", cwd=tmp_path)
    children = []
    with pytest.raises(RuntimeError, match="halfway"):
        fail_halfway(supervisor, children)
    assert children[0].process.returncode is not None
