#!/usr/bin/env python3
"""Loads a studio: open event streams and requests beside a picture that is drawn, or many pictures in a row.

Starts `sluice serve` with a data folder of its own. Needs nothing but Python 3.11 and the program.

  Benchmarks/studio_load.py --program .build/release/sluice load      # 200 streams, 50 requests/s, a minute in all, alternating with calm
  Benchmarks/studio_load.py --program .build/release/sluice pictures  # 100 pictures of mixed sizes, memory flat
"""

import argparse
import json
import os
import pathlib
import random
import resource
import selectors
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request


class Studio:
    """A server, as long as the `with` block lasts."""

    def __init__(self, program, arguments=()):
        self.program, self.arguments = program, arguments

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-load-")
        command = [self.program, "serve", "--port", "0", "--data", self.folder.name, *self.arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[1].split("/")[0])
        while not self.get("/readyz", allow_error=True).get("ready"):
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.folder.cleanup()
        if code != 0:
            raise SystemExit(f"the server ended with {code}")

    def call(self, method, path, body=None, allow_error=False):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            if allow_error:
                return json.load(error)
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}")

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def draw(self, **request):
        """Draws a picture; its job at the end."""
        job = self.call("POST", "/api/v1/jobs", request)
        while job["status"] in ("queued", "running"):
            time.sleep(0.2)
            job = self.get(f"/api/v1/jobs/{job['id']}")
        if job["status"] != "done":
            raise SystemExit(f"job {job['id']} is {job['status']}: {job['error']}")
        return job

    def seconds(self, job):
        return self.get(f"/api/v1/images/{job['images'][0]}")["seconds"]

    def processes(self):
        """The server and its engine."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        for task in tasks:
            children += (task / "children").read_text().split()
        return {"server": self.process.pid} | ({"engine": int(children[0])} if children else {})


def resident_mib(process):
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"process {process} is gone")


def open_files(process):
    return len(list(pathlib.Path(f"/proc/{process}/fd").iterdir()))


class Clients:
    """Open event streams and requests at a steady rate, in a process of their own that takes little: one thread, one epoll."""

    paths = ["/api/v1/snapshot", "/api/v1/jobs", "/api/v1/images", "/healthz", "/api/v1/capabilities"]

    def __init__(self, port, streams, rate):
        self.port, self.rate = port, rate
        self.selector = selectors.DefaultSelector()
        self.counts = {"events": 0, "progress": 0, "resyncs": 0, "ended": 0, "errors": 0}
        self.latencies = []
        self.open, self.sent, self.replies = streams, 0, {}
        for _ in range(streams):
            self.watch(self.ask("/api/v1/events"), self.read_stream, bytearray())

    def ask(self, path):
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return connection

    def watch(self, connection, read, state):
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ, (read, state))

    def read_stream(self, connection, tail):
        text = bytes(tail) + (read := connection.recv(1 << 18))
        if not read:
            self.counts["ended"] += 1
            self.forget(connection)
        # A line's beginning may have come with what was read before.
        end = text.rfind(b"\n") + 1
        for name, sign in (("events", b"\nevent: "), ("progress", b"\nevent: progress\n"), ("resyncs", b"\nevent: resync\n")):
            self.counts[name] += text.count(sign, 0, end)
        tail[:] = text[max(0, end - 1):]

    def read_reply(self, connection, state):
        read = connection.recv(1 << 18)
        if "status" not in state:
            state["status"] = read[9:12]
        if not read:
            self.latencies.append(time.perf_counter() - state["sent"])
            self.counts["errors"] += state["status"] != b"200"
            self.forget(connection)

    def forget(self, connection):
        self.selector.unregister(connection)
        connection.close()

    def run(self, until):
        """Goes on until standard input ends, or for so many seconds."""
        began = time.perf_counter()
        if until is None:
            self.selector.register(0, selectors.EVENT_READ, None)
        while until is None or time.perf_counter() < began + until:
            due = began + self.sent / self.rate
            for key, _ in self.selector.select(max(0, due - time.perf_counter())):
                if key.data is None:
                    return
                key.data[0](key.fileobj, key.data[1])
            if time.perf_counter() >= due:
                state = {"sent": time.perf_counter()}
                self.watch(self.ask(self.paths[self.sent % len(self.paths)]), self.read_reply, state)
                self.sent += 1

    def report(self):
        spent = resource.getrusage(resource.RUSAGE_SELF)
        return {"counts": self.counts, "latencies": self.latencies, "processor": spent.ru_utime + spent.ru_stime}


def clients(options):
    """The part of `load` that runs in a process of its own: says "open", and what it saw once standard input ends."""
    # They stand for other machines: what they take of this one's time is not the studio's.
    os.nice(19)
    crowd = Clients(options.port, options.streams, options.rate)
    before = crowd.report()["processor"]
    print("open", flush=True)
    crowd.run(options.seconds)
    print(json.dumps(crowd.report() | {"processor": crowd.report()["processor"] - before}))


class Crowd:
    """Clients for as long as the `with` block lasts."""

    def __init__(self, studio, streams, rate, seconds=None):
        self.command = [sys.executable, __file__, "clients", "--port", str(studio.port), "--streams", str(streams), "--rate", str(rate)]
        self.command += ["--seconds", str(seconds)] if seconds else []

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "open\n":
            raise SystemExit("the clients were not let in")
        return self

    def __exit__(self, *_):
        self.seen = json.loads(self.process.communicate()[0])


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def milliseconds(latencies):
    return f"p50 {1e3 * statistics.median(latencies):.1f} ms, p99 {1e3 * percentile(latencies, 0.99):.1f} ms of {len(latencies)}"


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Measured:
    """What a stretch of time held: pictures drawn one after another, and the processor time of the server."""

    def __init__(self, studio, seconds, request):
        server, start = studio.process.pid, time.perf_counter()
        before, self.times = cpu_seconds(server), []
        while time.perf_counter() < start + seconds:
            self.times.append(studio.seconds(studio.draw(**request)))
        self.seconds = time.perf_counter() - start
        self.server = (cpu_seconds(server) - before) / self.seconds
        self.median = statistics.median(self.times)


def load(options):
    request = {"prompt": "a lighthouse at dusk", "steps": options.steps, "seed": 1, "width": options.side, "height": options.side}
    with Studio(options.program) as studio:
        studio.draw(**request)
        with Crowd(studio, 0, options.rate, 10) as crowd:
            pass
        print(f"idle: requests {milliseconds(crowd.seen['latencies'])}, {crowd.seen['counts']['errors']} errors")
        with Crowd(studio, options.streams, options.rate, 10) as crowd:
            pass
        print(f"idle, {options.streams} streams: requests {milliseconds(crowd.seen['latencies'])}, {crowd.seen['counts']['errors']} errors")
        share, ratios, latencies, totals = options.seconds / options.rounds, [], [], {}
        for number in range(options.rounds):
            calm = Measured(studio, share, request)
            with Crowd(studio, options.streams, options.rate) as crowd:
                time.sleep(1)
                loaded = Measured(studio, share, request)
            ratios.append(loaded.median / calm.median - 1)
            latencies += crowd.seen["latencies"]
            for name, count in crowd.seen["counts"].items():
                totals[name] = totals.get(name, 0) + count
            print(
                f"round {number + 1}: picture {calm.median:.3f} s calm ({len(calm.times)}), {loaded.median:.3f} s loaded ({len(loaded.times)}): "
                f"{ratios[-1]:+.1%}; of a core the server takes {calm.server:.1%}, {loaded.server:.1%} loaded, "
                f"the clients {crowd.seen['processor'] / (loaded.seconds + 1):.1%}", flush=True)
        print(f"load: {options.streams} streams, {totals}; requests {milliseconds(latencies)}")
        print(f"picture: {statistics.median(ratios):+.1%} in the median of {options.rounds} pairs, {min(ratios):+.1%} to {max(ratios):+.1%}")
        for name, process in studio.processes().items():
            print(f"{name}: {resident_mib(process):.0f} MiB resident, {open_files(process)} open files")


def pictures(options):
    sizes = [(128, 128), (192, 128), (128, 192), (96, 176), (256, 256), (64, 64)]
    generator = random.Random(options.seed)
    print(f"seed {options.seed}")
    with Studio(options.program) as studio:
        rows = []
        for number in range(options.count):
            width, height = sizes[number % len(sizes)]
            job = studio.draw(
                prompt=f"postcard {number}", width=width, height=height, steps=generator.randint(2, 6), seed=generator.randrange(1 << 32))
            image = studio.get(f"/api/v1/images/{job['images'][0]}")
            memory = {name: (resident_mib(process), open_files(process)) for name, process in studio.processes().items()}
            rows.append(((width, height), image["peakBytes"], memory))
        totals = studio.get("/api/v1/stats")
        print(f"pictures: {totals['images']['count']} of {options.count}, jobs {totals['jobs']}, restarts {totals['worker']['restarts']}")
        for size in sizes:
            peaks = [peak for row, peak, _ in rows if row == size]
            print(f"{size[0]}x{size[1]}: ledger peak {min(peaks) / 2**20:.1f} to {max(peaks) / 2**20:.1f} MiB over {len(peaks)}")
        for name in ("server", "engine"):
            seen = [memory[name] for _, _, memory in rows if name in memory]
            tenth = max(1, len(seen) // 10)
            for index in range(0, len(seen), tenth):
                print(f"{name} after {index + 1}: {seen[index][0]:.0f} MiB resident, {seen[index][1]} open files")
            print(f"{name} after {len(seen)}: {seen[-1][0]:.0f} MiB resident, {seen[-1][1]} open files")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/sluice")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("load")
    command.set_defaults(run=load)
    command.add_argument("--streams", type=int, default=200)
    command.add_argument("--rate", type=float, default=50)
    command.add_argument("--seconds", type=float, default=60)
    command.add_argument("--steps", type=int, default=40)
    command.add_argument("--side", type=int, default=256)
    command.add_argument("--rounds", type=int, default=6, help="pairs of a calm and a loaded stretch; together the latter last --seconds")
    command = commands.add_parser("clients")
    command.set_defaults(run=clients)
    command.add_argument("--port", type=int, required=True)
    command.add_argument("--streams", type=int, required=True)
    command.add_argument("--rate", type=float, required=True)
    command.add_argument("--seconds", type=float)
    command = commands.add_parser("pictures")
    command.set_defaults(run=pictures)
    command.add_argument("--count", type=int, default=100)
    command.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
