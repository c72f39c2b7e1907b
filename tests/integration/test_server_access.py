# SPDX-License-Identifier: AGPL-3.0-or-later
"""Redis, asked by one station's user: its own queue to read, the server's to append to, and nothing else."""

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from tally.access import Account, station_rules
from tally.queues import key_prefix, queue_name
from tests import stations
from tests.integration.tally_processes import Hand, StationProcess
from tests.integration.tally_town import town_of_three
from voting.demonstration.servers import make_redis, running_redis

pytestmark = pytest.mark.servers

FINGERPRINT = "0123456789abcdef" * 4
ANSWERS = "veritally:tally-server"


def key(trustee, name=None):
    queue = queue_name(FINGERPRINT, trustee)
    return key_prefix(queue) + (name or queue)


OWN, OTHER = key(1), key(2)
ELEVENTH = key(11)


@pytest.fixture
def clients(redis):
    """Station 1 and the server, each as its own user."""
    account = Account(name="station-1", password="of station 1")
    redis.allow(account.line(station_rules(FINGERPRINT, 1)))
    operator = Redis.from_url(redis.url(redis.operator))
    operator.acl_load()
    station, server = Redis.from_url(redis.url(account)), Redis.from_url(redis.url(redis.server))
    yield station, server
    for client in (station, server, operator):
        client.close()


@pytest.mark.parametrize(
    "command",
    [
        ("BRPOP", OTHER, "1"),
        ("RPOP", OTHER),
        ("LLEN", OTHER),
        ("LRANGE", OTHER, "0", "-1"),
        ("LPUSH", OTHER, "forged"),
        ("DEL", OTHER),
        ("RPOP", ELEVENTH),
        ("HGET", key(2, "unacked"), "tag"),
        ("HDEL", key(2, "unacked"), "tag"),
        ("RPOP", ANSWERS),
        ("BRPOP", ANSWERS, "1"),
        ("LRANGE", ANSWERS, "0", "-1"),
        ("DEL", ANSWERS),
        ("HGET", "veritally:unacked", "tag"),
        ("LPUSH", "veritally:celery", "a task of the server's own"),
        ("RPUSH", ANSWERS, "before all others"),
        ("SET", ANSWERS, "no list any more"),
        ("FLUSHALL",),
        ("FLUSHDB",),
        ("KEYS", "*"),
        ("SCAN", "0"),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("ACL", "SETUSER", "station-1", "allcommands"),
        ("PUBLISH", "/0.celery.pidbox", "shutdown"),
        ("SUBSCRIBE", "/0.celery.pidbox"),
        ("EVAL", "return redis.call('RPOP', KEYS[1])", "1", OTHER),
        ("MONITOR",),
        ("SHUTDOWN",),
        ("CLIENT", "KILL", "TYPE", "normal"),
        ("MIGRATE", "127.0.0.1", "1", OWN, "0", "1"),
        ("COPY", OTHER, OWN),
        ("RENAME", OTHER, OWN),
        ("LMOVE", OTHER, OWN, "LEFT", "LEFT"),
    ],
    ids=" ".join,
)
def test_a_station_cannot(clients, command):
    with pytest.raises(NoPermissionError):
        clients[0].execute_command(*command)


def test_a_script_of_a_station_cannot_read_another_queue(clients):
    station, _ = clients
    sha = station.script_load("return redis.call('RPOP', KEYS[1])")
    with pytest.raises(NoPermissionError):
        station.evalsha(sha, 1, OTHER)


def test_a_station_reads_its_own_queue_and_appends_to_the_answers(clients):
    station, server = clients
    server.lpush(OWN, "a request")
    assert station.rpop(OWN) == b"a request"
    station.lpush(ANSWERS, "an answer")
    assert server.rpop(ANSWERS) == b"an answer"


@pytest.mark.parametrize(
    "command",
    [("RPOP", OWN), ("DEL", OWN), ("LRANGE", OWN, "0", "-1"), ("HGET", key(1, "unacked"), "tag")],
    ids=" ".join,
)
def test_the_server_cannot_take_back_what_it_asked(clients, command):
    with pytest.raises(NoPermissionError):
        clients[1].execute_command(*command)


@pytest.mark.parametrize("command", [("FLUSHALL",), ("KEYS", "*"), ("CONFIG", "GET", "*"), ("ACL", "LOAD")])
def test_the_server_is_no_operator(clients, command):
    with pytest.raises(NoPermissionError):
        clients[1].execute_command(*command)


@pytest.mark.parametrize("user", ["", "default:@", "station-1:wrong@"])
def test_nobody_comes_in_without_a_password(clients, redis, user):
    stranger = Redis.from_url(f"redis://{user}127.0.0.1:{redis.port}")
    with stranger, pytest.raises(AuthenticationError):
        stranger.ping()


def test_a_real_station_answers_with_its_own_user_and_meets_no_refusal(redis, tmp_path):
    world = town_of_three()
    account = Account(name="a-real-station", password="of a real station")
    redis.allow(account.line(station_rules(world.fingerprint, 1)))
    operator = Redis.from_url(redis.url(redis.operator))
    operator.acl_load()
    operator.acl_log_reset()
    board = stations.write_board(world.board(), tmp_path / "board")
    station = StationProcess(tmp_path, 1, world, board=board, broker=redis.url(account))
    hand = Hand(redis.url(redis.server), world)
    try:
        station.start()
        station.wait_for("is ready")
        hand.ask(1, "acknowledge")
        assert hand.take()["payload"] == stations.acknowledgement(1, world).decode()
        assert station.stop() == 0
        assert operator.acl_log() == []
    finally:
        station.kill()
        hand.close()
        operator.close()


def test_a_password_is_not_in_the_access_list(redis):
    text = (redis.folder / "users.acl").read_text()
    assert redis.server_password not in text
    assert redis.operator_password not in text


def test_what_was_taken_and_not_acknowledged_is_there_after_kill_9(tmp_path):
    """Transactions, too: Redis leaves out those that the default user might not have sent."""
    server = make_redis(tmp_path)
    with running_redis(server) as process:
        with Redis.from_url(server.url(server.server)) as client, client.pipeline() as pipe:
            pipe.zadd("veritally:unacked_index", {"tag": 1})
            pipe.hset("veritally:unacked", "tag", "message")
            pipe.execute()
        process.kill()
        process.wait()
    with running_redis(server), Redis.from_url(server.url(server.server)) as client:
        assert client.hget("veritally:unacked", "tag") == b"message"
        assert client.zrange("veritally:unacked_index", 0, -1) == [b"tag"]
