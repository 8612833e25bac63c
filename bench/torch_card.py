"""What plain PyTorch makes of the same models on the same card: the bar to beat.

    python3 -m bench.torch_card --seconds 80 --out $OUT/torch.jsonl       # needs torch and numpy alone

export/model.py's own Mae, its attention by scaled_dot_product_attention, random weights; the picture comes as bytes and
goes, where it is reconstructed, as bytes. Each result is one line of JSON, written as soon as it is there; the cells
come in the order of their importance, and what the time does not suffice for is left out.

series   eager    the module called as it is
         graph    the same, captured in a CUDA graph
         blocks   every transformer block compiled (max-autotune), the whole captured in a CUDA graph
         whole    the whole compiled as one (max-autotune, which has CUDA graphs of its own)
ms       of a call on the device's clock, input on the device, calls back to back; the median of several groups of calls
host_ms  of one call on the host's clock: bytes up from pinned memory, the answer down, then the next; the median
"""

import argparse
import functools
import itertools
import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass

import torch

from bench import flops
from bench.architectures import ARCHITECTURES
from bench.bare import DTYPES, bare, inputs
from bench.bounded import Report

STAGES = (("encode", 0.75), ("reconstruct", 0.75), ("encode", 0.0))
SETS = 4  # of inputs, taken in turn
GROUPS = 5
GROUP_SECONDS = 0.02


@dataclass(frozen=True)
class Cell:
    series: str
    arch: str
    dtype: str
    stage: str
    ratio: float
    batch: int


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def captured(call, sets):
    """The call on each set of inputs as a CUDA graph; they share their memory, as one runs after the other."""
    stream, pool, graphs = torch.cuda.Stream(), torch.cuda.graph_pool_handle(), []
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(2):
            call(*sets[0])
    torch.cuda.current_stream().wait_stream(stream)
    for given in sets:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=pool):
            call(*given)
        graphs.append(graph)
    return lambda number: graphs[number % len(graphs)].replay()


def prepared(cell, model, sets, device):
    """The call of a cell, by the number of its inputs."""
    call = getattr(model, cell.stage)
    if cell.series == "whole":
        compiled = torch.compile(call, mode="max-autotune", dynamic=False)
        return lambda number: compiled(*sets[number % SETS])
    if cell.series == "blocks":
        for block in itertools.chain(model.mae.blocks, model.mae.decoder_blocks):
            block.compile(mode="max-autotune-no-cudagraphs", dynamic=False)
    if cell.series != "eager" and device == "cuda":
        return captured(call, sets)
    return lambda number: call(*sets[number % SETS])


def device_times(call, device):
    """Milliseconds of a call, from groups of calls back to back."""
    for number in range(3):
        call(number)
    synchronize(device)
    start = time.perf_counter()
    call(3)
    synchronize(device)
    group = max(1, min(100, int(GROUP_SECONDS / (time.perf_counter() - start))))
    return [one_group(call, group, device) / group for _ in range(GROUPS)]


def one_group(call, group, device):
    if device == "cpu":
        start = time.perf_counter()
        for number in range(group):
            call(number)
        return (time.perf_counter() - start) * 1000
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    for number in range(group):
        call(number)
    end.record()
    end.synchronize()
    return start.elapsed_time(end)


def host_times(cell, model, device):
    """Milliseconds of one call after the other, from pinned memory up and the answer down into pinned memory."""
    pin = torch.Tensor.pin_memory if device == "cuda" else torch.Tensor.clone
    sets = [
        [t if t is None else pin(t.cpu()) for t in inputs(model.mae.config, cell.batch, cell.ratio, device)]
        for _ in range(2)
    ]
    call, answer, times = getattr(model, cell.stage), None, []
    until = time.perf_counter() + GROUP_SECONDS * GROUPS
    while len(times) < 6 or (time.perf_counter() < until and len(times) < 200):
        start = time.perf_counter()
        given = [t if t is None else t.to(device, non_blocking=True) for t in sets[len(times) % 2]]
        out = call(*given)
        out = out[2] if cell.stage == "encode" else out  # the embedding, the picture
        answer = pin(torch.empty_like(out, device="cpu")) if answer is None else answer
        answer.copy_(out, non_blocking=True)
        synchronize(device)
        times.append((time.perf_counter() - start) * 1000)
    return times[3:]


def measure(cell, peaks, device):
    model = bare(cell.arch, cell.dtype, device)
    config = model.mae.config
    sets = [inputs(config, cell.batch, cell.ratio, device) for _ in range(SETS)]
    start = time.perf_counter()
    call = prepared(cell, model, sets, device)
    call(0)
    synchronize(device)
    ready = time.perf_counter() - start
    times = device_times(call, device)
    ms = statistics.median(times)
    teraflops = cell.batch * flops.stage(cell.stage, config, cell.ratio) / ms / 1e9
    told = {
        "ms": ms,
        "ms_least": min(times),
        "ms_most": max(times),
        "images_per_second": cell.batch / ms * 1000,
        "tflops": teraflops,
        "share": teraflops / peaks[cell.dtype] if cell.dtype in peaks else None,
        "seconds_to_prepare": ready,
    }
    if cell.series in ("blocks", "whole"):
        told["compiled_graphs"] = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    if cell.series == "eager":
        told["host_ms"] = statistics.median(host_times(cell, model, device))
    return told


def tidy(cell, device):
    """What a compiled cell leaves behind is undone, so that the next starts afresh."""
    if cell.series in ("blocks", "whole"):
        model = bare(cell.arch, cell.dtype, device)
        for block in itertools.chain(model.mae.blocks, model.mae.decoder_blocks):
            block._compiled_call_impl = None
        torch._dynamo.reset()
        torch._dynamo.utils.counters.clear()
    if device == "cuda":
        torch.cuda.empty_cache()


def peak(dtype, device, side):
    """TFLOP/s of one large matrix product of random numbers, the median."""
    a, b = (torch.randn(side, side, device=device, dtype=DTYPES[dtype]) for _ in range(2))
    out = torch.empty_like(a)
    return 2 * side**3 / statistics.median(device_times(lambda _: torch.mm(a, b, out=out), device)) / 1e9


def bandwidth(device, size):
    """GB/s of a copy on the device, read and written bytes counted."""
    source = torch.randint(0, 256, (size,), dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * size / statistics.median(device_times(lambda _: target.copy_(source), device)) / 1e6


def cells(args):
    """All that is to be measured, the most important first; compiled, the batch nearest to 32."""
    for arch in args.arch:
        for dtype, series in itertools.product(args.dtype, ("graph", "eager")):
            if (dtype, series) != ("bf16", "graph"):
                yield from (Cell(series, arch, dtype, *bar, batch) for bar in STAGES for batch in args.batch)
    middle = sorted(args.batch, key=lambda batch: abs(batch - 32))
    for series, arch, dtype in itertools.product(("blocks", "whole"), args.arch, args.dtype):
        yield from (Cell(series, arch, dtype, *bar, batch) for batch in middle for bar in STAGES[:2])


def environment(device):
    return {
        "date": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        "device": torch.cuda.get_device_name() if device == "cuda" else platform.processor() or "cpu",
        "torch": torch.__version__,
        "cuda": torch.version.cuda if device == "cuda" else None,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
    }


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=80, help="for all of it but the imports")
    parser.add_argument("--out", default="torch.jsonl", help="lines of JSON; a file that exists is added to")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=("cpu", "cuda"))
    parser.add_argument("--arch", nargs="+", default=["large", "base", "huge"], choices=ARCHITECTURES)
    parser.add_argument("--batch", nargs="+", type=int, default=[32, 1, 256, 8, 128])
    parser.add_argument("--series", nargs="+", default=["eager", "graph", "blocks", "whole"])
    parser.add_argument("--dtype", nargs="+", default=["fp16", "bf16"], choices=DTYPES)
    parser.add_argument("--cell-seconds", type=float, default=60, help="the most for one cell, compiling included")
    parser.add_argument("--peak-side", type=int, default=8192, help="of the matrices that the peak is measured with")
    return parser.parse_args(argv)


def ceilings(args, report):
    """What the card can do at most: TFLOP/s by the type of number."""
    peaks = {}
    for dtype in args.dtype:
        work = functools.partial(peak, dtype, args.device, args.peak_side)
        if found := report.attempt(f"peak {dtype}", 10, work):
            peaks[dtype] = found
            report.tell("peak", dtype=dtype, side=args.peak_side, tflops=found)
            print(f"peak {dtype} {found:.1f} TFLOP/s", flush=True)
    size = 1 << 30 if args.device == "cuda" else 1 << 24
    if found := report.attempt("bandwidth", 10, functools.partial(bandwidth, args.device, size)):
        report.tell("bandwidth", gigabytes_per_second=found)
    return peaks


def show(cell, told):
    name = f"{cell.series:7}{cell.arch:6}{cell.dtype:5}{cell.stage:12}{cell.ratio:<5}{cell.batch:>4}"
    figures = f"{told['ms']:9.3f} ms {told['images_per_second']:9.0f}/s {told['tflops']:6.1f} TFLOP/s"
    print(f"{name}{figures}  {told['seconds_to_prepare']:.1f} s to prepare", flush=True)


def run(args, start):
    report, device = Report(args.out), args.device
    report.tell("environment", **environment(device))
    peaks = ceilings(args, report)
    for cell in cells(args):
        left = args.seconds - (time.monotonic() - start)
        if left < 0.5:
            report.tell("failure", what="the rest", why=f"{args.seconds:.0f} s are over")
            break
        if cell.series not in args.series or cell.dtype not in args.dtype:
            continue
        work = functools.partial(measure, cell, peaks, device)
        if told := report.attempt(str(cell), min(left, args.cell_seconds), work):
            report.tell("cell", **vars(cell), **told)
            show(cell, told)
        report.attempt(f"tidying after {cell}", 10, functools.partial(tidy, cell, device))


def main(argv=None):
    start = time.monotonic()
    with torch.no_grad():
        run(arguments(argv), start)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # compilers of a cell that took too long may still be at work
