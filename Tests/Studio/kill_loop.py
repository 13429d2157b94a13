#!/usr/bin/env python3
"""Kills the studio's server, its engine, or both with SIGKILL at random moments, and checks what must hold whatever happens.

  Tests/Studio/kill_loop.py --program .build/release/sluice --cycles 200

After every cycle a new server opens the same folder. At the end all jobs run out, and:
- every job that was acknowledged is there, once, and has ended;
- a job that is done has all its pictures, each with a file of its digest; no picture is there twice, no file without a row;
- a job failed only with "worker_lost", after two lost attempts;
- the database is whole, and nothing is left in staging/.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request


class Server:
    def __init__(self, program, folder):
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", "--data", str(folder), "--memory", "1GiB"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the server did not start: {self.process.wait()}")
        self.port = int(line.rsplit(":", 1)[1].split("/")[0])

    def call(self, method, path, body=None, key=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if key:
            request.add_header("Idempotency-Key", key)
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.load(reply)

    def engines(self):
        found = []
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                found += [int(child) for child in (task / "children").read_text().split()]
            except OSError:
                pass
        return found

    def kill(self, server, engine):
        for process in self.engines() if engine else []:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if server:
            self.process.kill()
            self.process.wait()

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=60)
        if code != 0:
            raise SystemExit(f"the server ended with {code}")


def submit(server, generator, pending, acknowledged):
    """Sends what is pending, with the same keys as before if the answer was lost."""
    while len(pending) < 2:
        body = {"prompt": f"postcard {len(acknowledged) + len(pending)}", "width": 64, "height": 64, "steps": generator.randint(1, 8),
                "seed": generator.randrange(1 << 32), "count": generator.choice([1, 1, 2, 3])}
        pending.append((f"key-{generator.randrange(1 << 60)}", body))
    while pending:
        key, body = pending[0]
        job = server.call("POST", "/jobs", body, key)
        if acknowledged.setdefault(job["id"], key) != key:
            raise SystemExit(f"job {job['id']} was given out for two requests")
        pending.pop(0)


def cycle(server, generator, pending, acknowledged):
    active = [job for job in server.call("GET", "/jobs")["jobs"] if job["status"] in ("queued", "running")]
    try:
        if len(active) < 4:
            submit(server, generator, pending, acknowledged)
        time.sleep(generator.random() ** 2 * 1.5)
    except (OSError, urllib.error.URLError):
        pass
    kind = generator.choice(["server", "engine", "both"])
    server.kill(server=kind != "engine", engine=kind != "server")
    return kind


def wait_for_all(server):
    deadline = time.time() + 300
    while time.time() < deadline:
        snapshot = server.call("GET", "/snapshot")
        if not snapshot["jobs"]:
            return
        time.sleep(0.2)
    raise SystemExit(f"jobs do not end: {snapshot['jobs']}")


def check(folder, acknowledged):
    faults = []
    database = sqlite3.connect(folder / "sluice.sqlite")
    if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        faults.append("the database is damaged")
    jobs = {row[0]: row[1:] for row in database.execute("SELECT id, idempotency_key, status, lost, error, request FROM job")}
    images = list(database.execute("SELECT id, job_id, ordinal, sha256, blob, missing FROM image"))
    for job, key in acknowledged.items():
        if job not in jobs or jobs[job][0] != key:
            faults.append(f"job {job} was acknowledged and is not there")
    for job, (_, status, lost, error, request) in jobs.items():
        ordinals = sorted(image[2] for image in images if image[1] == job)
        count = json.loads(request)["count"]
        if status == "done" and ordinals != list(range(count)):
            faults.append(f"job {job} is done with pictures {ordinals} of {count}")
        elif status == "failed" and (lost < 2 or json.loads(error)["code"] != "worker_lost"):
            faults.append(f"job {job} failed after {lost} lost attempts: {error}")
        elif status not in ("done", "failed"):
            faults.append(f"job {job} is {status}")
    for image, job, ordinal, digest, blob, missing in images:
        file = folder / "images" / blob
        if missing or not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            faults.append(f"image {image} of job {job} has no valid file")
    files = {str(file.relative_to(folder / "images")) for file in (folder / "images").rglob("*") if file.is_file()}
    for name in files - {image[4] for image in images}:
        faults.append(f"file {name} has no row")
    for name in (folder / "staging").iterdir():
        faults.append(f"{name} is left in staging")
    counts = {status: sum(1 for job in jobs.values() if job[1] == status) for status in ("done", "failed")}
    print(f"{len(jobs)} jobs ({counts}), {len(images)} pictures, {sum(job[2] for job in jobs.values())} lost attempts")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=".build/release/sluice")
    parser.add_argument("--cycles", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    generator = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="sluice-kill-") as name:
        folder = pathlib.Path(name) / "data"
        pending, acknowledged, kinds = [], {}, {}
        server = Server(options.program, folder)
        for _ in range(options.cycles):
            kind = cycle(server, generator, pending, acknowledged)
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind != "engine":
                server = Server(options.program, folder)
        wait_for_all(server)
        server.stop()
        print(f"kills: {kinds}")
        faults = check(folder, acknowledged)
    for fault in faults:
        print(f"FAULT {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
