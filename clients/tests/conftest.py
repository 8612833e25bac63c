"""The real server, started once for all tests of its clients."""

import base64
import hashlib
import os
import queue
import re
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PHOTOS = ["chelsea.jpg", "coffee.jpg", "rocket.jpg"]
ADDRESS = {"http": re.compile(r"ready on http://(\S+)"), "grpc": re.compile(r"gRPC on (\S+)")}
START_SECONDS = 180  # the launcher may have to build


@dataclass(frozen=True)
class Server:
    """Where a server listens: host:port of HTTP and of gRPC."""

    http: str
    grpc: str = ""

    @property
    def url(self):
        return "http://" + self.http


@contextmanager
def served(*options, **settings):
    """A server of its own, stopped at the end."""
    command = [ROOT / "unmask", "serve", "--port", "0", "--grpc-port", "0", "--host", "127.0.0.1", *options]
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
        yield Server(**addresses(lines))
    finally:
        process.terminate()
        process.wait(30)
        reader.join()


def addresses(lines):
    """From the lines that say so; the last is HTTP's. All lines if the server ended without it."""
    said, found = [], {}
    while "http" not in found:
        line = lines.get(timeout=START_SECONDS)
        if line is None:
            pytest.fail("the server did not start:\n" + "".join(said))
        said.append(line)
        found |= {door: match.group(1) for door, address in ADDRESS.items() if (match := address.search(line))}
    return found


@pytest.fixture(scope="session")
def server():
    with served() as server:
        yield server


@pytest.fixture(scope="session")
def url(server):
    return server.url


KEYS = {"reader": "mae-tiny", "stranger": "other", "admin": "*"}  # and the model that it opens


@pytest.fixture(scope="session")
def keyed(tmp_path_factory):
    """A server that asks for keys, each its owner's name; the admin loads and unloads models."""
    lines = ["unmask:", "  model-control: true", "  keys:"]
    for name, model in KEYS.items():
        digest = hashlib.sha256(name.encode()).hexdigest()
        admin = str(name == "admin").lower()
        lines += [f"  - {{name: {name}, sha256: {digest}, models: ['{model}'], admin: {admin}}}"]
    config = tmp_path_factory.mktemp("keyed") / "unmask.yml"
    config.write_text("\n".join(lines))
    with served("--config", config) as server:
        yield server


@pytest.fixture(scope="session")
def photos():
    return [(ROOT / "photos" / name).read_bytes() for name in PHOTOS]


@pytest.fixture(scope="session")
def uris(photos):
    return [data_uri(photo) for photo in photos]


def data_uri(photo):
    return "data:image/jpeg;base64," + base64.b64encode(photo).decode()
