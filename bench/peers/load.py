"""Closed-loop load by h2load, one tool for HTTP/1.1 and gRPC.

Each caller has a connection and sends the same ready bytes again and again.
"""

import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.peers.wire import GRPC_PATH

TIMEOUT_SECONDS = 180


@dataclass(frozen=True)
class Window:
    """What a measured number of requests gave, all of them answered. Times in milliseconds."""

    requests_per_second: float
    p50: float
    p90: float
    p99: float
    cpu_ms: float  # of the server, for each request
    generator_cores: float  # that h2load kept busy
    requests: int
    failed: int  # with a status that is not 2xx


@dataclass(frozen=True)
class Done:
    """A run of h2load: when each request took how long, in microseconds, and the bytes of all bodies."""

    started: list
    took: list
    failed: int
    bytes: int

    def seconds(self):
        ends = (start + took for start, took in zip(self.started, self.took, strict=True))
        return (max(ends) - min(self.started)) / 1e6

    def rate(self):
        return len(self.took) / self.seconds()


def require():
    if shutil.which("h2load"):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "install", "-y", "-qq", "nghttp2-client"], stdout=subprocess.DEVNULL)
    if not shutil.which("h2load"):
        sys.exit("h2load is not installed: 'apt-get install nghttp2-client' or 'brew install nghttp2'")


def version():
    return subprocess.run(["h2load", "--version"], check=True, capture_output=True, text=True).stdout.strip()


def warm(url, request, callers, seconds):
    """About so long; answers per second."""
    rate = _h2load(url, request, callers, callers).rate()
    return _h2load(url, request, callers, _count(rate * seconds, callers)).rate()


def measure(running, url, request, size, callers, warm_up, seconds):
    """Finds out how many requests take as long as wished, then sends so many. All end: none is left to the next."""
    rate = warm(url, request, callers, warm_up)
    before, own = running.cpu_seconds(), _children()
    done = _h2load(url, request, callers, _count(rate * seconds, callers))
    cpu, own = running.cpu_seconds() - before, _children() - own
    _check_length(done, request, size)
    requests = len(done.took)
    cuts = [cut / 1000 for cut in statistics.quantiles(done.took, n=100, method="inclusive")]
    busy = own / done.seconds()
    return Window(done.rate(), cuts[49], cuts[89], cuts[98], cpu / requests * 1000, busy, requests, done.failed)


def _count(requests, callers):
    """As many for each caller, two at least."""
    return callers * max(2, math.ceil(requests / callers))


def _h2load(url, request, callers, count):
    with tempfile.TemporaryDirectory() as folder:
        body, log = Path(folder) / "body", Path(folder) / "log"
        body.write_bytes(request.body)
        command = ["h2load", "-t1", "-m1", f"-c{callers}", f"-n{count}", f"-d{body}", f"--log-file={log}"]
        command += [] if request.path == GRPC_PATH else ["--h1"]
        command += [part for name, value in request.headers.items() for part in ("-H", f"{name}: {value}")]
        said = subprocess.run([*command, url + request.path], capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        rows = [line.split("\t") for line in log.read_text().splitlines()] if log.exists() else []
    data = re.search(r"\((\d+)\) data", said.stdout)
    if said.returncode or not data or len(rows) != count:
        told = said.stdout[-400:] + said.stderr[-400:]
        raise RuntimeError(f"h2load had {len(rows)} answers of {count} from {url}: {told}")
    failed = sum(not status.startswith("2") for _, status, _ in rows)
    return Done([int(row[0]) for row in rows], [int(row[2]) for row in rows], failed, int(data.group(1)))


def _check_length(done, request, size):
    """All are as long as the one that was checked: an error inside a 200, as gRPC sends it, cannot pass for success."""
    expected = (len(done.took) - done.failed) * size
    tolerance = 0.02 if "json" in request.headers["content-type"] else 0  # numbers may have a digit more or less
    if not done.failed and abs(done.bytes - expected) > tolerance * expected:
        raise RuntimeError(f"{len(done.took)} answers are {done.bytes} bytes, not {expected}: some were errors")


def _children():
    times = os.times()
    return times.children_user + times.children_system
