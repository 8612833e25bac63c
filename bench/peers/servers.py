"""The servers that are compared: how each is installed, started, held still while another is measured, and stopped."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.environment import ROOT
from bench.peers import wire

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "unmask" / "peers"
LOGS = ROOT / "target" / "peers"
READY_SECONDS = 120
MODELS = ("mae-tiny", "mae-tiny_image", "echo", "small")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Program:
    """A process that serves some models, as a command for an HTTP and a gRPC port."""

    name: str
    models: tuple
    command: Callable
    ready: str
    environment: dict
    install: Callable


@dataclass(frozen=True)
class Server:
    """One column of the comparison.

    forms: what a request looks like, by protocol; a protocol that is not there is not spoken.
    column: whether a batch of pictures is [rows, 1] rather than [rows].
    names: of models that are named otherwise here.
    """

    name: str
    forms: dict
    programs: tuple
    column: bool
    version: str
    names: dict = field(default_factory=dict)

    def name_of(self, model):
        return self.names.get(model, model)


def known():
    return [unmask(), mlserver(), litserve(), pytriton()]


def unmask():
    """Two programs, as the product has no model that only copies: a test class serves the same door around one."""
    one_lane = {"UNMASK_LANES": "1", "UNMASK_THREADS": "2", "UNMASK_ACCESS_LOG": "false"}

    def ports(http, grpc):
        return ["env", f"MICRONAUT_SERVER_PORT={http}", f"UNMASK_GRPC_PORT={grpc}"]

    def serve(http, grpc):
        return [*ports(http, grpc), ROOT / "unmask", "serve"]

    def identity(http, grpc):
        classes = f"{ROOT}/target/test-classes:{ROOT}/target/classes:{ROOT}/target/lib/*"
        options = [f"@{ROOT}/deploy/java.options", f"-Dunmask.home={ROOT}", "-cp", classes]
        return [*ports(http, grpc), java_home() / "bin" / "java", *options, "dev.unmask.oip.IdentityServer"]

    programs = (
        Program("unmask", ("mae-tiny", "mae-tiny_image"), serve, "/health/ready", one_lane, build),
        Program("unmask-identity", ("identity",), identity, "/v2/models/identity/ready", one_lane, compile_tests),
    )
    names = {"echo": "identity", "small": "identity"}  # one model with two outputs
    return Server("Unmask", {"HTTP": wire.binary, "gRPC": wire.grpc}, programs, True, "this checkout", names)


def mlserver():
    program = peer("mlserver", MODELS, "/v2/models/small/ready")
    forms = {"HTTP": wire.plain, "gRPC": wire.grpc}  # it has no binary tensors over HTTP
    return Server("MLServer", forms, (program,), False, versions("mlserver"))


def litserve():
    """A program for each model, as its idle workers poll."""
    programs = tuple(peer("litserve", (model,), "/health", model) for model in MODELS)
    return Server("LitServe", {"HTTP": wire.bare}, programs, False, versions("litserve"))


def pytriton():
    libraries = sysconfig.get_config_var("LIBDIR")  # it embeds Python, and must find the one that runs it
    program = peer("pytriton", MODELS, "/v2/models/small/ready", environment={"LD_LIBRARY_PATH": libraries})
    forms = {"HTTP": wire.binary, "gRPC": wire.grpc}
    return Server("pytriton", forms, (program,), True, versions("pytriton"))


def peer(key, models, ready, *arguments, environment=()):
    def command(http, grpc):
        return [CACHE / key / "bin" / "python", HERE / f"{key}_server.py", *arguments, http, grpc]

    name = "-".join([key, *arguments])
    return Program(name, models, command, ready, dict(environment), lambda: install(key))


def versions(key):
    return ", ".join(line.split(" #")[0] for line in requirements(key).read_text().splitlines())


def requirements(key):
    return HERE / f"requirements-{key}.txt"


def install(key):
    """Makes the virtual environment of a peer, once for each state of its requirements."""
    wanted = requirements(key).read_text()
    done = CACHE / key / ".complete"
    if done.exists() and done.read_text() == wanted:
        return
    print(f"installing {key} into {CACHE / key}", file=sys.stderr)
    shutil.rmtree(CACHE / key, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", CACHE / key], check=True)
    pip = [CACHE / key / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", requirements(key)], check=True)
    done.write_text(wanted)


def build():
    subprocess.run([ROOT / "unmask", "--version"], check=True, stdout=subprocess.DEVNULL)


def compile_tests():
    maven = ["mvn", "-q", "-B", "-ntp", "-Dspotless.check.skip", "test-compile", "dependency:copy-dependencies"]
    environment = {**os.environ, "JAVA_HOME": str(java_home())}
    subprocess.run([*maven, "-DoutputDirectory=target/lib"], cwd=ROOT, check=True, env=environment)


def java_home():
    homes = [Path(os.environ.get("JAVA_HOME", "/nowhere")), *Path("/usr/lib/jvm").glob("*")]
    for home in homes:
        release = home / "release"
        if release.exists() and 'JAVA_VERSION="25' in release.read_text():
            return home
    sys.exit("no JDK 25 in JAVA_HOME or /usr/lib/jvm: point JAVA_HOME at one")


class Running:
    """A program in a session of its own, so that its children are held, counted and ended with it."""

    def __init__(self, program):
        self.program = program
        self.http, self.grpc = free_port(), free_port()
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = LOGS / f"{program.name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(part) for part in program.command(self.http, self.grpc)],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.environment},
                start_new_session=True,
            )

    def url(self, protocol):
        return f"http://127.0.0.1:{self.http if protocol == 'HTTP' else self.grpc}"

    def await_ready(self):
        for _ in range(READY_SECONDS * 10):
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.program.name} ended with {self.process.returncode}; see {self.log}")
            try:
                with urllib.request.urlopen(self.url("HTTP") + self.program.ready, timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.program.name} is not ready after {READY_SECONDS} s; see {self.log}")

    def hold(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def cpu_seconds(self):
        """Of all its processes that live."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid:  # the session
                ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    def stop(self):
        with suppress(ProcessLookupError):
            self.go_on()
            self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # children that outlived it
        self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
