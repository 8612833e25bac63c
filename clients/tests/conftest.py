"""The real server, started once for all tests of its clients."""

import base64
import os
import queue
import re
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PHOTOS = ["chelsea.jpg", "coffee.jpg", "rocket.jpg"]
READY = re.compile(r"ready on (http://\S+)")
START_SECONDS = 180  # the launcher may have to build


@contextmanager
def served(**settings):
    """The address of a server of its own, stopped at the end."""
    command = [ROOT / "unmask", "serve", "--port", "0", "--grpc-port", "0", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        command,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = queue.SimpleQueue()
    reader = threading.Thread(target=lambda: [*map(lines.put, process.stdout), lines.put(None)], daemon=True)
    reader.start()
    try:
        yield address(lines)
    finally:
        process.terminate()
        process.wait(30)
        reader.join()


def address(lines):
    """From the line that says so; all lines so far if the server ended without it."""
    said = []
    while line := lines.get(timeout=START_SECONDS):
        said.append(line)
        if ready := READY.search(line):
            return ready.group(1)
    pytest.fail("the server did not start:\n" + "".join(said))


@pytest.fixture(scope="session")
def url():
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def photos():
    return [(ROOT / "photos" / name).read_bytes() for name in PHOTOS]


@pytest.fixture(scope="session")
def uris(photos):
    return [data_uri(photo) for photo in photos]


def data_uri(photo):
    return "data:image/jpeg;base64," + base64.b64encode(photo).decode()
