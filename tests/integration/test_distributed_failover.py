# SPDX-License-Identifier: Apache-2.0
"""Three workers, six file sources: who takes over what when a worker dies, leaves, or falls asleep."""

import time

import pytest
from kit.connect import CONNECTOR, Lines
from kit.wait import stays_true, wait_until

pytestmark = pytest.mark.timeout(240)


def _six(connect, workers=3, **settings):
    """A cluster that runs six file sources, evenly spread: two connectors and two tasks for each worker of three."""
    cluster = connect(*["ours"] * workers, **settings)
    lines = [Lines(cluster, f"f{n}") for n in range(6)]
    for each in lines:
        each.write()
        cluster.create(each.connector, each.config)
    cluster.wait_balanced(*_names(lines))
    for each in lines:
        each.wait_arrived()
    return cluster, lines


def _names(lines):
    return [each.connector for each in lines]


def _followers(cluster):
    leader = cluster.leader()
    return [w for w in cluster.running() if w is not leader]


def _assert_all_arrive(lines, count=10):
    for each in lines:
        each.write(count)
    for each in lines:
        each.wait_arrived()


def _assert_untouched(cluster, placement, since):
    """None of these connectors and tasks has written a status since so many status records."""
    keys = {f"status-connector-{c}" if n == CONNECTOR else f"status-task-{c}-{n}" for c, n in placement}
    touched = [record for record in cluster.status_records()[since:] if record[0] in keys]
    assert not touched, f"these should have gone on: {touched}"


def _kept(placement, *without):
    gone = {w.worker_id for w in without}
    return {item: worker_id for item, worker_id in placement.items() if worker_id not in gone}


def test_what_a_killed_worker_ran_moves_after_the_delay_and_nothing_else_does(connect):
    cluster, lines = _six(connect, scheduled_rebalance_max_delay_ms=4000)
    before, since = cluster.placement(*_names(lines)), len(cluster.status_records())
    victim = _followers(cluster)[0]
    victim.kill9()
    cluster.wait_joined()
    left_at = time.monotonic()
    after = cluster.wait_running(*_names(lines))
    waited = time.monotonic() - left_at
    assert 3 < waited < 20, f"the work of the dead worker was assigned after {waited:.1f} s, not the delay of 4 s"
    kept = _kept(before, victim)
    assert len(kept) == 8 and kept == {item: after[item] for item in kept}
    _assert_untouched(cluster, kept, since)
    _assert_all_arrive(lines)


def test_a_killed_worker_that_comes_back_in_time_gets_its_work_again(connect):
    cluster, lines = _six(connect, scheduled_rebalance_max_delay_ms=8000)
    before, since = cluster.placement(*_names(lines)), len(cluster.status_records())
    victim = _followers(cluster)[0]
    victim.kill9()
    cluster.wait_joined()
    victim.start()
    cluster.wait_joined()
    after = cluster.wait_running(*_names(lines))
    assert after == before
    _assert_untouched(cluster, _kept(before, victim), since)
    _assert_all_arrive(lines)


def test_what_a_killed_leader_ran_moves_at_once(connect):
    """The next leader has no history: what nobody runs is new to it."""
    cluster, lines = _six(connect, scheduled_rebalance_max_delay_ms=100_000)
    before, since = cluster.placement(*_names(lines)), len(cluster.status_records())
    victim = cluster.leader()
    victim.kill9()
    cluster.wait_joined()
    after = cluster.wait_running(*_names(lines), deadline=15)
    assert cluster.leader() is not victim
    kept = _kept(before, victim)
    assert kept == {item: after[item] for item in kept}
    _assert_untouched(cluster, kept, since)
    _assert_all_arrive(lines)


def test_five_joins_and_leaves_in_a_row(connect):
    """Each leave is told to the group, which else would notice after the session of 40 s. Nothing comes twice."""
    cluster, lines = _six(connect, workers=2, session_timeout_ms=40_000, scheduled_rebalance_max_delay_ms=0)
    for turn in range(5):
        guest = cluster.add()
        cluster.start(guest)
        if turn % 2:  # it leaves with work, or before it gets any
            placed = cluster.wait_balanced(*_names(lines))
            assert guest.worker_id in placed.values()
        guest.stop_cleanly()
        cluster.wait_joined(deadline=5)
        cluster.remove(guest)
        for each in lines:
            each.write(5)
    cluster.wait_running(*_names(lines))
    for each in lines:
        assert each.wait_arrived() == list(range(each.written))
    _assert_statuses_are_of(cluster, cluster.running(), lines)


def _assert_statuses_are_of(cluster, workers, lines):
    ids = {w.worker_id for w in workers}
    for name in _names(lines):
        status = cluster.status(name)
        assert {status["connector"]["worker_id"], *(t["worker_id"] for t in status["tasks"])} <= ids, status


def test_a_worker_that_sleeps_beyond_its_session_comes_back(connect):
    """It still runs what others were given meanwhile; in the end each task runs once."""
    cluster, lines = _six(connect, session_timeout_ms=3000)
    sleeper = _followers(cluster)[0]
    others = [w for w in cluster.workers if w is not sleeper]
    sleeper.pause()
    cluster.wait_joined(others)
    cluster.wait_running(*_names(lines), on=others)
    _assert_all_arrive(lines)
    sleeper.resume()
    cluster.wait_joined()
    cluster.wait_balanced(*_names(lines))
    _assert_no_stale_status(cluster)
    marks = {each: each.written for each in lines}
    _assert_all_arrive(lines, 20)

    def once():
        fresh = {each.connector: [n for n in each.arrived() if n >= marks[each]] for each in lines}
        return all(len(numbers) == len(set(numbers)) for numbers in fresh.values()), fresh

    stays_true(once, 2, "every line comes once, so that every task runs once")


def _assert_no_stale_status(cluster):
    """Nobody has written over what a worker of a newer generation said."""
    last = {}
    for key, now in cluster.status_records():
        before = last.get(key)
        stale = now and before and now.worker_id != before.worker_id and now.generation < before.generation
        assert not stale, f"{key}: {now} was written after {before}"
        last[key] = now


def test_all_workers_stop_and_start_again(connect):
    """A new group finds configurations, target states and offsets as the last one left them."""
    cluster, lines = _six(connect, workers=2)
    cluster.change("f0", "pause")
    cluster.change("f1", "stop")
    wait_until(lambda: (cluster.status("f0")["tasks"][0]["state"] == "PAUSED", cluster.status("f0")), 20, "f0 pauses")
    wait_until(lambda: (cluster.status("f1")["connector"]["state"] == "STOPPED" and not cluster.status("f1")["tasks"],
                        cluster.status("f1")), 20, "f1 stops")
    for worker in cluster.workers:
        worker.stop_cleanly()
    assert cluster.group().state in ("Empty", "Dead")
    for each in lines:
        each.write()
    cluster.start()
    cluster.wait_running(*_names(lines[2:]))
    assert cluster.status("f0")["connector"]["state"] == "PAUSED"
    assert cluster.status("f1")["connector"]["state"] == "STOPPED" and not cluster.status("f1")["tasks"]
    for each in lines[2:]:
        assert each.wait_arrived() == list(range(each.written))
    for each in lines[:2]:
        assert each.arrived() == list(range(10))
        cluster.change(each.connector, "resume")
    for each in lines[:2]:
        assert each.wait_arrived() == list(range(each.written))
