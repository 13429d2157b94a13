"""A studio of its own for a test: the real program, the embedded model, a data folder that goes away."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
PROGRAM = Path(os.environ.get("SLUICE", REPOSITORY / ".build/release/sluice")).resolve()


class Studio:
    """`sluice serve` on a free port, the same one when it starts again."""

    def __init__(self, *options, data=None):
        self.options = options
        self.folder = None if data else tempfile.TemporaryDirectory(prefix="sluice-page-")
        self.data = Path(data or self.folder.name)
        self.process = None
        self.port = 0
        self.address = self.said = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.folder:
            self.folder.cleanup()

    def start(self):
        log = open(self.data / "server.log", "ab")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", str(self.port), "--data", self.data, *self.options], stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()
        self.said = self.process.stdout.readline()
        found = re.search(r"http://\S+?:\d+", self.said)
        assert found, f"the server said {self.said!r}; its log: {self.log}"
        self.address = found[0]
        self.port = int(self.address.rsplit(":", 1)[1])
        self.await_engine()

    def await_engine(self):
        """Before it, questions about the engine are answered with an error, of which a browser's console tells."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                return urllib.request.urlopen(f"{self.address}/readyz", timeout=10).close()
            except urllib.error.HTTPError:
                time.sleep(0.05)
        raise AssertionError(f"the engine does not get ready: {self.log}")

    def stop(self, with_signal=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(with_signal)
            self.process.wait(30)
        if self.process:
            self.process.stdout.close()
        self.process = None

    @property
    def log(self):
        return (self.data / "server.log").read_text(errors="replace")

    def ask(self, method, path, body=None, token=None):
        """The answer as JSON; an answer that is an error is returned, too."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            text = error.read()
        return json.loads(text) if text else None

    def draw(self, prompt="a red house", **settings):
        """A finished picture, small and quick."""
        request = {"prompt": prompt, "width": 64, "height": 64, "steps": 2, "seed": 7, **settings}
        job = self.ask("POST", "/jobs", request)
        deadline = time.monotonic() + 120
        while job.get("status") in ("queued", "running") and time.monotonic() < deadline:
            time.sleep(0.05)
            job = self.ask("GET", f"/jobs/{job['id']}")
        assert job.get("status") == "done", job
        return self.ask("GET", f"/images/{job['images'][0]}")

    def clear(self):
        """No job waits or runs."""
        self.ask("POST", "/queue/resume")
        self.ask("POST", "/queue/cancel-all")
        deadline = time.monotonic() + 30
        while self.ask("GET", "/snapshot")["jobs"] and time.monotonic() < deadline:
            time.sleep(0.05)
