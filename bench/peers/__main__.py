"""Unmask beside other servers: the same model, the same machine, the same bytes, in turn.

./unmask python -m bench.peers [--quick] [--servers Unmask,MLServer] [--workloads NAME,...]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import product

import numpy as np

from bench import environment
from bench.peers import load, mae, report, servers
from bench.peers.wire import Tensor, floats

RESULTS = environment.ROOT / "bench" / "results"
PHOTOS = [environment.ROOT / "photos" / f"{name}.jpg" for name in ("chelsea", "coffee", "astronaut", "rocket")]
TOLERANCE = 1e-3
BATCHES = (1, 8)


@dataclass(frozen=True)
class Workload:
    """A model, the kind of its input, and the output that is asked for."""

    title: str
    model: str
    pictures: bool
    output: str


WORKLOADS = {
    "small": Workload("identity, 768 numbers back", "small", False, "cls"),
    "echo": Workload("identity, everything back", "echo", False, "latent"),
    "fp32": Workload("mae-tiny, FP32 tensors", "mae-tiny", False, "cls"),
    "jpeg": Workload("mae-tiny, JPEG", "mae-tiny_image", True, "cls"),
}


@dataclass(frozen=True)
class Cell:
    """One line of the comparison."""

    workload: str
    batch: int
    protocol: str
    callers: int


class Data:
    """The same rows for every server, and what they must answer."""

    def __init__(self):
        self.files = [photo.read_bytes() for photo in PHOTOS]
        self.pixels = mae.Pictures().pixels(self.files)
        command = [environment.ROOT / "unmask", "embed", *PHOTOS]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        self.embeddings = np.array([json.loads(line)["embedding"] for line in lines], np.float32)

    def tensor(self, workload, batch, column):
        rows = [row % len(self.files) for row in range(batch)]
        if workload.pictures:
            return Tensor("image", "BYTES", (batch, 1) if column else (batch,), tuple(self.files[row] for row in rows))
        pixels = np.ascontiguousarray(self.pixels[rows])
        return Tensor("pixels", "FP32", pixels.shape, pixels)

    def answer(self, workload, batch):
        rows = [row % len(self.files) for row in range(batch)]
        copies = {"echo": mae.echo, "small": mae.small}
        if workload.model in copies:
            return copies[workload.model](self.pixels[rows]).ravel()
        return self.embeddings[rows].ravel()


class Contender:
    """A server that runs, with its requests made and its answers checked."""

    def __init__(self, server, workloads, protocols, data, running):
        self.server = server
        self.running = running
        self.requests = {}
        for name in workloads:
            workload = WORKLOADS[name]
            for batch in BATCHES:
                for protocol in protocols & server.forms.keys():
                    request = server.forms[protocol](
                        server.name_of(workload.model),
                        data.tensor(workload, batch, server.column),
                        workload.output,
                    )
                    size = self._check(workload, batch, protocol, request, data.answer(workload, batch))
                    self.requests[name, batch, protocol] = request, size

    def _of(self, model):
        name = self.server.name_of(model)
        return next(running for running in self.running if name in running.program.models)

    def _check(self, workload, batch, protocol, request, expected):
        told, size = floats(request, self._of(workload.model).url(protocol))
        apart = np.abs(told - expected).max() if told.shape == expected.shape else np.inf
        print(f"{self.server.name:10}{protocol:6}{workload.title:30}batch {batch}: {apart:.1e} apart", flush=True)
        if not apart <= TOLERANCE:
            raise RuntimeError(f"{self.server.name} answers {told.shape} numbers, {apart} apart from {expected.shape}")
        return size

    def break_in(self, seconds):
        """Busy with each kind of request, so that its code is compiled before the first round."""
        for (name, batch, protocol), (request, _) in self.requests.items():
            if batch == 1:
                load.warm(self._of(WORKLOADS[name].model).url(protocol), request, 8, seconds)

    def measure(self, cell, warm_up, seconds):
        """None where the server does not speak the protocol."""
        if cell.protocol not in self.server.forms:
            return None
        request, size = self.requests[cell.workload, cell.batch, cell.protocol]
        running = self._of(WORKLOADS[cell.workload].model)
        url = running.url(cell.protocol)
        running.go_on()
        try:
            return load.measure(running, url, request, size, cell.callers, warm_up, seconds)
        finally:
            running.hold()


def start(chosen, workloads, protocols, break_in, stack):
    data = Data()
    contenders = []
    for server in chosen:
        models = {server.name_of(WORKLOADS[name].model) for name in workloads}
        running = []
        for program in server.programs:
            if models & set(program.models):
                program.install()
                running.append(servers.Running(program))
                stack.callback(running[-1].stop)
        for one in running:
            one.await_ready()
        contenders.append(Contender(server, workloads, protocols, data, running))
        contenders[-1].break_in(break_in)
        for one in running:
            one.hold()
    return contenders


def median(windows):
    """Field by field; failures are added up."""
    told = {name: statistics.median(getattr(window, name) for window in windows) for name in asdict(windows[0])}
    return {**told, "failed": sum(window.failed for window in windows)}


def summary(windows):
    return [
        {**asdict(cell), "title": WORKLOADS[cell.workload].title, "servers": {n: median(w) for n, w in told.items()}}
        for cell, told in windows.items()
        if told
    ]


def write(results, windows, out):
    cells = summary(windows)
    if cells:
        report.write(results | {"cells": cells}, out)


def surroundings(chosen):
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=environment.ROOT, capture_output=True, text=True
    )
    return {
        "date": time.strftime("%Y-%m-%d"),
        "commit": git.stdout.strip(),
        "machine": f"{environment.cpu()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "load": f"{os.getloadavg()[0]:.1f} before the run",
        "generator": load.version(),
        "servers": {server.name: server.version for server in chosen},
    }


def parse():
    parser = argparse.ArgumentParser(prog="bench.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round with 1 and 8 callers, for a look")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of each window")
    parser.add_argument("--warm-up", type=int, default=2, help="seconds before each window")
    parser.add_argument(
        "--break-in", type=int, default=10, help="seconds of each kind of request before the first round"
    )
    parser.add_argument("--callers", default="1,8,64")
    parser.add_argument("--servers", default=",".join(server.name for server in servers.known()))
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument("--protocols", default="HTTP,gRPC")
    parser.add_argument("--out", default=RESULTS / "peers-cpu", help="results are OUT.json, OUT.md and OUT.svg")
    if "--quick" in sys.argv:
        parser.set_defaults(rounds=1, seconds=1, warm_up=1, break_in=2, callers="1,8")
    return parser.parse_args()


def main():
    args = parse()
    load.require()
    workloads, protocols = args.workloads.split(","), args.protocols.split(",")
    chosen = [server for server in servers.known() if server.name in args.servers.split(",")]
    callers = [int(number) for number in args.callers.split(",")]
    cells = [Cell(w, b, p, c) for w in workloads for p in protocols for b in BATCHES for c in callers]
    results = {"environment": surroundings(chosen), "rounds": args.rounds, "seconds": args.seconds}
    print(report.head(results))
    windows = {cell: {} for cell in cells}
    with ExitStack() as stack:
        stack.callback(lambda: write(results, windows, args.out))  # what there is, if cut short
        contenders = start(chosen, workloads, set(protocols), args.break_in, stack)
        for turn, cell, contender in product(range(args.rounds), cells, contenders):
            window = contender.measure(cell, args.warm_up, args.seconds)
            if window:
                windows[cell].setdefault(contender.server.name, []).append(window)
                print(f"{turn + 1} {cell} {contender.server.name}: {window}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
