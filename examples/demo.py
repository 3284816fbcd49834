# SPDX-License-Identifier: Apache-2.0
"""Two Kafka clusters, a mirror between them, and the day on which one of them dies.

Run by `make demo`. Starts us-east and us-west on this machine, mirrors them with examples/mm2.properties,
kills us-east, and lets a consumer go on at us-west. Exit status 0 only if no order was lost.
"""

import argparse
import json
import random
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from kit import env  # noqa: E402
from kit.cluster import Cluster, start_all  # noqa: E402
from kit.kafka import Record  # noqa: E402
from kit.mm2 import Flow  # noqa: E402
from kit.ports import release, reserve  # noqa: E402
from kit.wait import Fatal, wait_until  # noqa: E402
from kit.worker import JavaMirrorMaker, MirrorMaker  # noqa: E402

PROPERTIES = ROOT / "examples" / "mm2.properties"
PORTS = {"us-east": 19092, "us-west": 29092}
GROUP = "billing"
PARTITIONS = 3
FIRST, LATER = 2000, 1000  # orders that wait for the mirror, and orders that it sees coming
PROCESSED, UNCOMMITTED = 1800, 40  # what billing does at us-east; the last of it is never committed

_begin = time.monotonic()


def say(text=""):
    """One line of the story, with the time since its beginning."""
    print(f"[{time.monotonic() - _begin:5.1f} s] {text}" if text else "", flush=True)


def detail(text):
    print(f"          {text}", flush=True)


def orders(first, count):
    """The next orders, as a shop would write them: customer as key, JSON as value."""
    dice = random.Random(first)
    goods = ["tea", "kettle", "cup", "honey", "biscuits"]
    for number in range(first, first + count):
        customer = f"customer-{dice.randrange(200)}"
        order = {"order": number, "customer": customer, "item": dice.choice(goods),
                 "quantity": dice.randint(1, 5), "cents": dice.randint(199, 9999)}
        yield Record(key=customer.encode(), value=json.dumps(order).encode(),
                     headers=(("content-type", b"application/json"),), timestamp=int(time.time() * 1000))


def numbers(records):
    return [json.loads(record.value)["order"] for record in records]


class Demo:
    """The clusters, the mirror and what billing has done so far."""

    def __init__(self, java):
        self._java = java
        self.east = self.west = self.mirror = self.flow = None
        self.at_east = []  # orders that billing processed there

    def run(self):
        """Plays the whole story; returns the exit status."""
        self.start_clusters()
        self.start_mirror()
        self.show_mirrored_topics()
        self.show_translated_offsets()
        return self.fail_over()

    def start_clusters(self):
        say("starting two Kafka clusters, us-east and us-west")
        ports = PORTS
        if not all([reserve(port) for port in PORTS.values()]):
            ports = {}
        for port in PORTS.values():
            release(port)
        self.east, self.west = (Cluster(name, ports=[ports[name]] if ports else None) for name in PORTS)
        start_all(self.east, self.west)
        self.flow = Flow(self.east, "us-east", self.west, "us-west")
        say(f"up: Apache Kafka {self.east.version}, us-east at {self.east.bootstrap}, us-west at {self.west.bootstrap}")
        self.east.kafka.create_topic("orders", PARTITIONS)
        self.east.kafka.produce("orders", orders(0, FIRST))
        say(f"{FIRST} orders are written to topic orders at us-east, {PARTITIONS} partitions")

    def start_mirror(self):
        properties = self._properties()
        kind = JavaMirrorMaker if self._java else MirrorMaker
        self.mirror = kind(properties, name="connect-mirror-maker", folder=env.new_folder("demo"))
        program = "Java's MirrorMaker" if self._java else _short(self.mirror.command[0])
        say(f"starting {program} {_short(properties)}")
        begin = time.monotonic()
        self.mirror.start()
        self._wait(lambda: self.west.kafka.count("us-east.orders") > 0, "the first order arrives at us-west")
        say(f"the first orders are at us-west, {time.monotonic() - begin:.1f} s after the process was started")
        self.mirror.wait_started(self.flow)
        self._wait(lambda: self.west.kafka.count("us-east.orders") == FIRST, "all orders arrive at us-west")

        begin = time.monotonic()
        self.east.kafka.produce("orders", orders(FIRST, LATER))
        acknowledged = time.monotonic()
        self._wait(lambda: self.west.kafka.count("us-east.orders") == FIRST + LATER, "later orders arrive at us-west")
        now = time.monotonic()
        say(f"{LATER} more orders written in {1000 * (acknowledged - begin):.0f} ms, "
            f"all at us-west {1000 * (now - acknowledged):.0f} ms after the last was acknowledged")

    def show_mirrored_topics(self):
        say("what us-west has now:")
        for topic, partitions in sorted(self.west.kafka.list_topics().items()):
            if not topic.startswith("__"):
                detail(f"{topic:<34} {partitions:>2} partitions {self.west.kafka.count(topic):>6} records")
        source, remote = self.east.kafka.read("orders"), self.west.kafka.read("us-east.orders")
        if [r.content() for r in source] != [r.content() for r in remote]:
            raise AssertionError("us-east.orders differs from orders")
        say("us-east.orders equals orders: keys, values, headers, timestamps, partitions. Two of them:")
        for record in remote[:2]:
            detail(f"{record.partition}:{record.offset} {record.key.decode()} {record.value.decode()}")
        beats = wait_until(self.flow.heartbeats, 30, "heartbeats at us-west")
        mirrored = wait_until(lambda: self.flow.heartbeats(topic="us-east.heartbeats"), 30, "mirrored heartbeats")
        say(f"heartbeats: {len(beats)} of us-east->us-west; {len(mirrored)} of us-west->us-east came over from us-east")

    def show_translated_offsets(self):
        east, west = self.east.kafka, self.west.kafka
        self.at_east += numbers(east.consume_as(GROUP, "orders", count=PROCESSED))
        committed = east.group_offsets(GROUP)
        self.at_east += numbers(east.consume_as(GROUP, "orders", count=UNCOMMITTED, commit=False))
        say(f"consumer group {GROUP} has processed {len(self.at_east)} orders at us-east and committed {PROCESSED}")

        def translated():
            last = self.flow.last_checkpoints(GROUP)
            at_west = west.group_offsets(GROUP)
            ready = all(("us-east.orders", p) in last and last["us-east.orders", p].upstream == offset
                        and at_west.get(("us-east.orders", p)) == last["us-east.orders", p].downstream
                        for (_, p), offset in committed.items())
            return ready, (last, at_west)

        begin = time.monotonic()
        last, _ = wait_until(translated, 60, "the group's offsets arrive at us-west", every=0.2)
        say(f"{time.monotonic() - begin:.1f} s later its offsets are at us-west, translated:")
        for (_, partition), offset in sorted(committed.items()):
            checkpoint = last["us-east.orders", partition]
            detail(f"orders-{partition} at {offset:>4}   ->   us-east.orders-{partition} at {checkpoint.downstream:>4}"
                   f"   ({len(self.flow.checkpoints(GROUP))} checkpoints of the group in {self.flow.checkpoints_topic})")

    def fail_over(self):
        now, peak = self.mirror.rss_kib()
        say()
        say("us-east dies: kill -9")
        died = time.monotonic()
        self.east.kill9()
        at_west = self.west.kafka.consume_as(GROUP, "us-east.orders", count=1, commit=False)
        first = time.monotonic() - died
        at_west = numbers(self.west.kafka.consume_as(GROUP, "us-east.orders"))
        done = time.monotonic() - died
        again = len(set(at_west) & set(self.at_east))
        uncommitted = len(set(at_west) & set(self.at_east[PROCESSED:]))
        lost = set(range(FIRST + LATER)) - set(self.at_east) - set(at_west)
        say(f"{GROUP} goes on at us-west:")
        detail(f"first order after         {first:6.2f} s")
        detail(f"all caught up after       {done:6.2f} s")
        detail(f"orders processed there    {len(at_west):6}")
        detail(f"of these read again       {again:6}   ({uncommitted} because they had not been committed at us-east)")
        detail(f"orders lost               {len(lost):6}")
        if not self._java:
            self.mirror.stop_cleanly()
        say(f"the mirror had {now / 1024:.0f} MiB of resident memory, {peak / 1024:.0f} MiB at its peak"
            + ("" if self._java else "; it stopped cleanly"))
        return 1 if lost else 0

    def end(self):
        """Leaves no process and no file behind, however far the story came."""
        for thing in filter(None, (self.mirror, self.east, self.west)):
            thing.kill9() if thing is self.mirror else thing.destroy()
        if self.mirror:
            for path in self.mirror.folder.iterdir():
                path.unlink()
            self.mirror.folder.rmdir()

    def _properties(self):
        """examples/mm2.properties, or a copy with other ports if its ports are taken."""
        clusters = {"us-east": self.east, "us-west": self.west}
        if all(c.bootstrap.endswith(f":{PORTS[name]}") for name, c in clusters.items()):
            return PROPERTIES
        text = PROPERTIES.read_text(encoding="ascii")
        for name, cluster in clusters.items():
            text = text.replace(f"127.0.0.1:{PORTS[name]}", cluster.bootstrap)
        copy = self.east.folder / "mm2.properties"
        copy.write_text(text, encoding="ascii")
        say(f"ports {' and '.join(map(str, PORTS.values()))} are not both free here, so the mirror gets a copy of "
            "examples/mm2.properties with other ports")
        return copy

    def _wait(self, condition, what):
        def checked():
            if not self.mirror.alive():
                raise Fatal(f"the mirror ended with status {self.mirror.returncode}")
            return condition()

        wait_until(checked, 60, what, every=0.02)


def _short(path):
    """A path as somebody in the source folder would type it."""
    path = Path(path)
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--java", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    demo = Demo(options.java)
    try:
        status = demo.run()
        say("done: no order was lost" if status == 0 else "FAILED: orders were lost")
        return status
    except KeyboardInterrupt:
        say("stopped")
        return 130
    except Exception as e:  # whatever it is, the reader is told and everything is ended
        say(f"FAILED: {type(e).__name__}: {e}")
        if demo.mirror:
            print(demo.mirror.tail(), file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave anything behind
        demo.end()


if __name__ == "__main__":
    sys.exit(main())
