#!/usr/bin/env python3
"""Loads a studio: open event streams and requests beside a picture that is drawn, or many pictures in a row.

Starts `sluice serve` with a data folder of its own. Needs nothing but Python 3.11 and the program.

  Benchmarks/studio_load.py --program .build/release/sluice load      # 200 streams, 50 requests/s, a minute, paired runs
  Benchmarks/studio_load.py --program .build/release/sluice pictures  # 100 pictures of mixed sizes, memory flat
"""

import argparse
import asyncio
import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import tempfile
import time
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
            time.sleep(0.05)
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


async def stream(port, counts, stop):
    """Reads events until `stop` is set."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await writer.drain()
    if b" 200 " not in await reader.readline():
        counts["errors"] += 1
        return
    while not stop.is_set():
        try:
            line = await asyncio.wait_for(reader.readline(), 1)
        except asyncio.TimeoutError:
            continue
        if not line:
            counts["ended"] += 1
            return
        counts["events"] += line.startswith(b"event:")
        counts["resyncs"] += line.startswith(b"event: resync")
    writer.close()


async def ask(port, path, latencies, counts):
    start = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        reply = await reader.read()
        writer.close()
        if b" 200 " not in reply[:20]:
            counts["errors"] += 1
            counts[reply[:20]] = counts.get(reply[:20], 0) + 1
    except OSError as error:
        counts["errors"] += 1
        counts[repr(error)] = counts.get(repr(error), 0) + 1
    latencies.append(time.perf_counter() - start)


async def requests(port, rate, seconds, latencies, counts):
    paths = ["/api/v1/snapshot", "/api/v1/jobs", "/api/v1/images", "/healthz", "/api/v1/capabilities"]
    tasks, start = [], time.perf_counter()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0, start + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(port, paths[number % len(paths)], latencies, counts)))
    await asyncio.gather(*tasks)


async def under_load(studio, options, request):
    """Draws pictures for as long as the load lasts; their seconds, and what the load saw."""
    counts = {"events": 0, "resyncs": 0, "errors": 0, "ended": 0}
    latencies, times, stop = [], [], asyncio.Event()
    streams = [asyncio.create_task(stream(studio.port, counts, stop)) for _ in range(options.streams)]
    await asyncio.sleep(2)
    load = asyncio.create_task(requests(studio.port, options.rate, options.seconds, latencies, counts))
    while not load.done():
        times.append(studio.seconds(await asyncio.to_thread(studio.draw, **request)))
    await load
    stop.set()
    await asyncio.gather(*streams)
    return times, latencies, counts


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(options):
    request = {"prompt": "a lighthouse at dusk", "steps": options.steps, "seed": 1, "width": options.side, "height": options.side}
    with Studio(options.program) as studio:
        # The clients stand for other machines: what they take of this one's time is not the studio's.
        os.nice(19)
        studio.draw(**request)
        idle = []
        asyncio.run(requests(studio.port, options.rate, 10, idle, idle_counts := {"errors": 0}))
        print(f"idle: p50 {1e3 * statistics.median(idle):.1f} ms, p99 {1e3 * percentile(idle, 0.99):.1f} ms, errors {idle_counts['errors']}")
        calm = [studio.seconds(studio.draw(**request)) for _ in range(options.pairs)]
        before, start = cpu_seconds(studio.process.pid), time.perf_counter()
        loaded, latencies, counts = asyncio.run(under_load(studio, options, request))
        share = (cpu_seconds(studio.process.pid) - before) / (time.perf_counter() - start)
        calm += [studio.seconds(studio.draw(**request)) for _ in range(options.pairs)]
        print(f"load: {options.streams} streams, {len(latencies)} requests, {counts}")
        print(f"      p50 {1e3 * statistics.median(latencies):.1f} ms, p99 {1e3 * percentile(latencies, 0.99):.1f} ms")
        print(f"      the server took {share:.0%} of a core")
        slower = statistics.median(loaded) / statistics.median(calm) - 1
        print(f"picture: {statistics.median(calm):.3f} s calm ({len(calm)}), {statistics.median(loaded):.3f} s loaded ({len(loaded)}): {slower:+.1%}")
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
    command.add_argument("--pairs", type=int, default=5)
    command = commands.add_parser("pictures")
    command.set_defaults(run=pictures)
    command.add_argument("--count", type=int, default=100)
    command.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
