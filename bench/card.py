"""Everything that is to be proved on a card, in a given time: PyTorch, then verify, bench model and bench serve.

    python3 -m bench.card --seconds 240 --out OUT           # in a checkout, or in what `unmask bundle` packed
    python3 -m bench.card --device cpu --arch tiny --out OUT            # a rehearsal

Models with random weights are made meanwhile. Steps come in the order of their importance; each has a time of its own.
As soon as one ends, what it reports is a line of OUT/card.jsonl, its failure too; of PyTorch, OUT/torch.jsonl. What
they print is in OUT/card.log, what the card did in OUT/gpu.csv. `python -m bench.card_report` makes tables and plots.
"""

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.architectures import ARCHITECTURES
from bench.environment import ROOT

UNMASK = ROOT / "unmask"
WATCH = "timestamp,utilization.gpu,clocks.sm,power.draw,memory.used"
PLANNED = 240  # seconds that the steps' own times are made for; with less, all are shortened
LEAST = 2  # seconds that any step has
GRACE = 5  # seconds from asking a step to end to ending it


@dataclass(frozen=True)
class Step:
    name: str
    arguments: tuple  # of the launcher, or of Python
    seconds: float  # at most, of PLANNED
    arch: str | None = None  # whose bundle it needs
    json: bool = False  # writes its report to a file named by --json
    environment: tuple = ()


def steps(args):
    """All that is to be done, in the order in which models are there, and of each the most important first."""
    card = args.device != "cpu"
    precisions = ("fp16", "fp32") if card else ("fp32",)
    best, others = ("graph", "bound,plain") if card else ("bound", "plain")
    if card:
        yield Step("tests", ("test", "--gpu"), 25)
    yield torch("torch", 24, args, "--arch", *args.arch, "--series", "graph", "eager", "--dtype", "fp16")
    largest = args.arch[-1]
    for arch in args.arch:
        for precision in precisions:
            yield verify(args, arch, precision, best)
        yield model(args, arch, precisions[0], best, 14)
        yield model(args, arch, precisions[0], others, 10, rows="1,32")
        if arch == args.arch[0]:  # while the others are made
            yield torch("torch compiled", 28, args, "--arch", largest, "--series", "blocks", "whole", "--dtype", "fp16")
    yield serve(args, largest)
    yield model(args, largest, precisions[0], best, 8, rows="1,32,256", lanes=2)
    for precision, arch in itertools.product(precisions, [*args.arch, "mae-tiny"]):
        yield verify(args, arch, precision, "plain")
    yield torch("torch bf16", 20, args, "--arch", *args.arch, "--series", "eager", "--dtype", "bf16")
    yield model(args, largest, "bf16", best, 6, rows="32")


def torch(name, seconds, args, *chosen):
    small = ("--dtype", "fp32", "--batch", "1", "--peak-side", "256") if args.device == "cpu" else ()
    device = args.device.split(":")[0]
    return Step(name, ("python", "-m", "bench.torch_card", "--device", device, *chosen, *small), seconds)


def verify(args, arch, precision, execution):
    how = ("--device", args.device, "--precision", precision, "--execution", execution)
    return Step(f"verify {arch} {precision} {execution}", ("verify", bundle(args, arch), *how, "--json"), 12, arch)


def model(args, arch, precision, execution, seconds, rows="32,1,256,8,128", lanes=1):
    rows = rows if args.device != "cpu" else "1,8"
    how = ("--device", args.device, "--precision", precision, "--execution", execution, "--lanes", str(lanes))
    grid = ("--stage", "encode,reconstruct", "--ratio", "0.75,0", "--rows", rows, "--cell-seconds", "0.25")
    name = f"model {arch} {precision} {execution} {lanes} lanes"
    return Step(name, ("bench", "model", bundle(args, arch), *how, *grid), seconds, arch, json=True)


def serve(args, arch):
    doors = (
        "--path",
        "/v1/embed",
        "--path",
        "/v1/reconstruct?panels=reconstruction",
        "--grpc",
        "cls",
        "--grpc",
        "image",
    )
    load = ("--callers", "1,8,64", "--warm-up", "0.5", "--duration", "1.3", "--timeout", "10")
    command = ("bench", "serve", "--model", bundle(args, arch), *doors, *load)
    return Step(f"serve {arch}", command, 45, arch, json=True, environment=(("UNMASK_DEVICE", args.device),))


def bundle(args, arch):
    return str(args.bundles / arch) if arch in ARCHITECTURES else arch


class Models:
    """Bundles of random weights, made beside the steps, on cores that those do not need."""

    def __init__(self, args, log):
        self.folder, self.variants = args.bundles, args.variants
        self.making = {arch: self.make(arch, log) for arch in args.arch if not (args.bundles / arch).exists()}

    def make(self, arch, log):
        checkpoint = self.folder / f"{arch}.pth"
        script = '"$1" export init "$2" --out "$3" --force && "$1" export "$3" --name "$4" --out "$5" --variants "$6"'
        command = ["sh", "-c", script, "-", UNMASK, ARCHITECTURES[arch], checkpoint, arch, self.folder, self.variants]
        return subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, preexec_fn=stand_aside, start_new_session=True
        )

    def made(self, arch):
        """Whether it is there; None while nobody knows."""
        process = self.making.get(arch)
        code = process.poll() if process else 0
        return None if code is None else code == 0

    def end(self):
        for process in self.making.values():
            end(process)


def stand_aside():
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[len(cores) // 2 :])
    os.nice(5)


def end(process):
    """Asks a process and its children to end, and ends them."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            continue


class Run:
    """Does steps, one after the other, and writes down what came of each."""

    def __init__(self, args, chosen, start, log):
        self.args, self.start, self.log = args, start, log
        self.until = start + args.seconds
        self.pace = min(1, args.seconds / min(PLANNED, sum(step.seconds for step in chosen)))
        self.models = Models(args, log)

    def tell(self, **told):
        with (self.args.out / "card.jsonl").open("a") as file:
            file.write(json.dumps(told) + "\n")

    def all(self, steps):
        """What can be done is done in order; what waits for its model lets the others pass."""
        todo = list(steps)
        while todo and self.left() >= LEAST:
            step = next((step for step in todo if self.models.made(step.arch) is not None), None)
            if step:
                todo.remove(step)
                self.do(step)
            else:
                time.sleep(0.1)
        for step in todo:
            self.tell(step=step.name, failure=f"no time was left of {self.args.seconds:.0f} s")

    def left(self):
        return self.until - time.monotonic()

    def do(self, step):
        if not self.models.made(step.arch):
            return self.tell(step=step.name, failure=f"there is no bundle of {step.arch}; the log says why")
        began = time.monotonic()
        code, report, printed = self.run(step, min(max(LEAST, step.seconds * self.pace), self.left()))
        taken = time.monotonic() - began
        self.tell(step=step.name, code=code, seconds=round(taken, 1), report=report)
        print(f"{time.monotonic() - self.start:6.1f} s  {step.name}: {code}, {taken:.1f} s", flush=True)
        if code and report is None:
            print("\n".join(printed.splitlines()[-4:]), flush=True)
        return None

    def run(self, step, limit):
        with tempfile.TemporaryDirectory() as folder:
            report, printed = Path(folder) / "report.json", Path(folder) / "printed"
            with printed.open("w") as out:
                command = [UNMASK, *step.arguments, *self.options(step, limit, report)]
                environment = os.environ | dict(step.environment) | {"PYTHONPATH": str(ROOT)}
                process = subprocess.Popen(
                    command, cwd=ROOT, env=environment, stdout=out, stderr=self.log, start_new_session=True
                )
                try:
                    code = process.wait(max(limit, 1))
                except subprocess.TimeoutExpired:
                    end(process)
                    code = f"ended after {limit:.0f} s"
            text = printed.read_text()
            self.log.write(f"== {step.name}: {code}\n{text if not text.startswith('{') else ''}\n")
            self.log.flush()
            return code, self.read(report, text), text

    def options(self, step, limit, report):
        """How a step is told to end by itself, in time."""
        if step.arguments[0] == "python":
            return ["--seconds", str(max(1, limit - 8)), "--out", self.args.out / "torch.jsonl"]
        if step.arguments[:2] == ("bench", "model"):
            precision = step.arguments[step.arguments.index("--precision") + 1]
            return ["--seconds", str(max(1, limit - 3)), "--json", report, "--peak", str(self.peak(precision))]
        return ["--json", report] if step.json else []

    def peak(self, precision):
        """The highest that PyTorch reached in this run, in TFLOP/s, or 0."""
        file = self.args.out / "torch.jsonl"
        told = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return max(
            (line["tflops"] for line in told if line["kind"] == "peak" and line["dtype"] == precision), default=0
        )

    def read(self, report, printed):
        text = report.read_text() if report.exists() else printed
        try:
            return json.loads(text)
        except ValueError:
            return None


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=PLANNED, help="for all of it (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the results")
    parser.add_argument("--device", default="cuda:0", help="of Unmask (default: %(default)s)")
    parser.add_argument("--arch", nargs="+", default=["base", "large", "huge"], choices=ARCHITECTURES)
    parser.add_argument("--variants", default="fp16,bf16", help="of the bundles that are made (default: %(default)s)")
    parser.add_argument("--bundles", type=Path, help="a folder of bundles by these names; those missing are made")
    parser.add_argument("--only", nargs="+", default=[""], help="steps whose names begin so")
    args = parser.parse_args(argv)
    args.bundles = args.bundles or Path(tempfile.mkdtemp(prefix="bundles-"))
    return args


def watch(args):
    """Notes twice a second how busy the card is; None without a card."""
    if args.device == "cpu":
        return None
    with (args.out / "gpu.csv").open("w") as file:
        query = ["nvidia-smi", f"--query-gpu={WATCH}", "--format=csv,nounits", "-lms", "500"]
        return subprocess.Popen(query, stdout=file, start_new_session=True)


def main(argv=None):
    start = time.monotonic()
    args = arguments(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    watching = watch(args)
    with (args.out / "card.log").open("a") as log:
        named = {step.name: step for step in steps(args)}  # each once, where it comes first
        chosen = [step for name, step in named.items() if name.startswith(tuple(args.only))]
        run = Run(args, chosen, start, log)
        try:
            run.all(chosen)
        finally:
            run.models.end()
            if watching:
                end(watching)


if __name__ == "__main__":
    sys.exit(main())
