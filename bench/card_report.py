"""What bench.card left, as one JSON file, as tables and as a plot.

python -m bench.card_report OUT bench/results/card-h100        # OUT is the folder that bench.card wrote to
"""

import csv
import json
import statistics
import sys
from itertools import groupby
from pathlib import Path

from bench import dots
from bench.architectures import ARCHITECTURES

OURS = "Unmask"
SERIES = {
    "eager": "PyTorch eager",
    "graph": "PyTorch, CUDA graph",
    "blocks": "PyTorch compiled",
    "whole": "PyTorch compiled",
}
LOOKS = {
    OURS: ("#1f5fbf", "circle"),
    "PyTorch compiled": ("#8a4fb0", "diamond"),
    "PyTorch, CUDA graph": ("#2f8f4e", "triangle"),
    "PyTorch eager": ("#d9772b", "square"),
}
ON_DEVICE = ("encoder", "decoder", "classifier")
SPENT = ("assemble", "upload", *ON_DEVICE, "download")
STAGES = ("latent", "cls", "mean", "patches", "image", "logits", "loss")
ABOUT = """Random weights; bytes in, embedding or bytes out. *Device*: kernels alone, on the device's clock. *Host to
host*: one caller, from pixels in host memory to the answer in host memory, nothing overlapped. TFLOP/s count matrix
products alone (bench/flops.py); the peak is one product of random 8192 x 8192 matrices in the same run. PyTorch is
export/model.py with scaled_dot_product_attention; compiled is the better of all blocks and the whole, max-autotune."""


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def read(folder):
    """All results, in lists of flat records."""
    results = {"environment": {}, "peaks": [], "torch": [], "model": [], "serve": [], "verify": [], "failures": []}
    for line in lines(folder / "torch.jsonl"):
        kind = line.pop("kind")
        match kind:
            case "environment":
                results["environment"] |= line
            case "peak":
                results["peaks"].append({"of": f"{line['dtype']}, TFLOP/s", "rate": line["tflops"]})
            case "bandwidth":
                results["peaks"].append({"of": "a copy, GB/s", "rate": line["gigabytes_per_second"]})
            case "cell":
                results["torch"].append(line)
            case "failure":
                results["failures"].append({"step": f"PyTorch: {line['what']}", "why": line["why"]})
    for step in lines(folder / "card.jsonl"):
        take(step, results)
    results["card"] = card(folder / "gpu.csv")
    return results


def take(step, results):
    name, report = step["step"], step.get("report")
    if step.get("failure") or step["code"] not in (0, 1) or (report is None and not name.startswith("torch")):
        results["failures"].append({"step": name, "why": step.get("failure") or ended(step["code"])})
    if not report:
        return
    if name.startswith("verify"):
        results["verify"].append(verified(report))
        return
    results["environment"] |= report["environment"]
    told = report["results"]
    if name.startswith("model"):
        arch = report["model"].split(",")[0]
        results["model"] += [{"arch": arch} | cell for cell in told["cells"]]
        results["failures"] += [{"step": f"{name}: {what}", "why": why} for what, why in told["failures"].items()]
    else:
        results["serve"] += [{"model": report["model"].split(",")[0]} | phase for phase in told]


def ended(code):
    return code if isinstance(code, str) else f"exit code {code}"


def verified(report):
    """The worst of each stage over all cases."""
    compared = [check for check in report["checks"] if check["compared"]]
    stages = {}
    for stage in STAGES:
        of = [check for check in compared if check["name"].split(".")[-1] == stage]
        if of:
            most, least = max(check["max"] for check in of), min(check["cosine"] for check in of)
            stages[stage] = {"max": most, "cosine": least}
    about = {name: report[name] for name in ("model", "digest", "device", "precision", "execution", "out")}
    return about | {"compared": len(compared), "stages": stages}


def card(file):
    """What the card did while it was busy: medians, and the most."""
    if not file.exists():
        return {}
    rows = list(csv.DictReader(file.open(), skipinitialspace=True))
    busy = [row for row in rows if row.get("utilization.gpu [%]", "0").strip().isdigit()]
    busy = [row for row in busy if int(row["utilization.gpu [%]"]) > 50]
    told = {}
    for name in ("clocks.current.sm [MHz]", "power.draw [W]", "memory.used [MiB]"):
        values = [float(row[name]) for row in busy if row.get(name)]
        if values:
            told[name] = {"median": statistics.median(values), "most": max(values)}
    return told


def device_ms(cell):
    """Of our runs that tell it: the kernels of a run, on the device's clock."""
    if cell["execution"] == "plain":
        return None
    return sum(cell["spentMillis"].get(graph, 0) for graph in ON_DEVICE)


def compared(results):
    """For each (arch, stage, ratio, precision, rows): our cell, and PyTorch's milliseconds by its series."""
    bars = {}
    for cell in results["torch"]:
        told = bars.setdefault(tuple(cell[key] for key in ("arch", "stage", "ratio", "dtype", "batch")), {})
        name = SERIES[cell["series"]]
        told[name] = min(told.get(name, cell["ms"]), cell["ms"])
        told["TFLOP/s"] = max(told.get("TFLOP/s", 0), cell["tflops"])
        if "host_ms" in cell:
            told["host"] = cell["host_ms"]
    keys = ("arch", "stage", "ratio", "precision", "rows")
    best = [cell for cell in results["model"] if cell["execution"] != "plain" and cell["lanes"] == 1]
    ours = {
        tuple(cell[key] for key in keys): cell for cell in sorted(best, key=lambda cell: cell["execution"] == "graph")
    }
    sizes = list(ARCHITECTURES)
    order = sorted({*ours, *bars}, key=lambda key: (sizes.index(key[0]), *key))
    return [(key, ours.get(key), bars.get(key, {})) for key in order]


def markdown(results):
    facts = {name: value for name, value in results["environment"].items() if name != "load"}
    return "\n".join(
        [
            f"# Measured on {results['environment'].get('device', 'a processor')}",
            "",
            *(f"- {name}: {value}" for name, value in facts.items()),
            *(f"- peak of {of}: {rates}" for of, rates in peaks(results).items()),
            *(
                f"- {name} while busy: median {told['median']:.0f}, most {told['most']:.0f}"
                for name, told in results["card"].items()
            ),
            "",
            ABOUT,
            *bar_tables(results),
            *table("Where the time of a run goes, milliseconds", spent_rows(results)),
            *table("Served: JPEG to answer", [serve_row(phase) for phase in results["serve"]]),
            *table("Verified against PyTorch: largest difference, 1 - cosine", verify_rows(results)),
            *table("Not measured", [{"what": told["step"], "why": told["why"]} for told in results["failures"]]),
            "",
        ]
    )


def peaks(results):
    """All that were measured, in order."""
    told = {}
    for peak in results["peaks"]:
        told[peak["of"]] = told.get(peak["of"], "") + f" {peak['rate']:.0f}"
    return {of: rates.strip().replace(" ", ", ") for of, rates in told.items()}


def table(title, rows):
    if not rows:
        return
    yield from ["", f"## {title}", ""]
    heads = list({head: None for row in rows for head in row})
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(str(row.get(head, "")).replace("|", "/") for head in heads) + " |"


def bar_tables(results):
    for bar, of in groupby(compared(results), key=lambda item: item[0][:4]):
        arch, stage, ratio, precision = bar
        yield from table(f"{arch}, {stage}, {ratio:.0%} hidden, {precision}", [bar_row(*item) for item in of])


def bar_row(key, ours, theirs):
    row = {"rows": key[-1]}
    device = ours and device_ms(ours)
    if device:
        flops = ours["teraflops"] * ours["medianMillis"] / device
        row |= {
            "Unmask, device ms": f"{device:.3f}",
            "images/s": f"{key[-1] / device * 1000:.0f}",
            "TFLOP/s": f"{flops:.0f}",
        }
        if ours["share"]:
            row["of peak"] = f"{ours['share'] * ours['medianMillis'] / device:.0%}"
    for name in dict.fromkeys(SERIES.values()):
        if name in theirs:
            row[f"{name}, device ms"] = f"{theirs[name]:.3f}"
    if "TFLOP/s" in theirs:
        row["fastest PyTorch, TFLOP/s"] = f"{theirs['TFLOP/s']:.0f}"
    fastest = min((ms for name, ms in theirs.items() if name in LOOKS), default=None)
    if device and fastest:
        row["fastest PyTorch / Unmask"] = f"{fastest / device:.2f}"
    if ours:
        row["Unmask, host to host ms"] = f"{ours['medianMillis']:.3f}"
    if "host" in theirs:
        row["PyTorch eager, host to host ms"] = f"{theirs['host']:.3f}"
    return row


def captured(captures):
    failed = captures["failed"]
    return f"{captures['captured']}, {failed} failed" if failed else captures["captured"]


def spent_rows(results):
    return [
        {
            "model": cell["arch"],
            "stage": f"{cell['stage']} {cell['ratio']:.0%}",
            "how": f"{cell['precision']} {cell['execution']}",
            "lanes": cell["lanes"],
            "rows": cell["rows"],
            "captured": captured(cell["captures"]),
            "images/s": f"{cell['imagesPerSecond']:.0f}",
            "host to host": f"{cell['medianMillis']:.3f}",
        }
        | {name: f"{cell['spentMillis'][name]:.3f}" for name in SPENT if name in cell["spentMillis"]}
        for cell in results["model"]
    ]


def serve_row(phase):
    answered, server = phase["milliseconds"]["answered"], phase["server"]
    failed = sum(count for status, count in phase["statuses"].items() if not status.startswith("2"))
    each = server.get("coresDecodingForEachBusyLane")
    return {
        "model": phase["model"],
        "door": phase["door"],
        "callers": phase["callers"],
        "answers/s": f"{phase['goodputPerSecond']:.0f}",
        "p50 ms": f"{answered['p50']:.2f}",
        "p90": f"{answered['p90']:.2f}",
        "p99": f"{answered['p99']:.2f}",
        "failed": failed,
        "rows a batch": f"{server.get('rowsPerBatch', 0):.1f}",
        "cores": f"{server.get('cores', 0):.2f}",
        "cores decoding": f"{server['coresDecoding']:.2f}",
        "lanes busy": f"{server['lanesBusy']:.2f}",
        "cores decoding / busy lane": f"{each:.1f}" if each else "",
    }


def verify_rows(results):
    return [
        {
            "model": told["model"],
            "how": f"{told['device']} {told['precision']} {told['execution']}",
            "agree": f"{told['compared'] - told['out']} of {told['compared']}",
        }
        | {name: f"{of['max']:.1e}, {max(0, 1 - of['cosine']):.0e}" for name, of in told["stages"].items()}
        for told in results["verify"]
    ]


def plot(results):
    panels = []
    for bar, of in groupby(compared(results), key=lambda item: item[0][:4]):
        arch, stage, ratio, precision = bar
        panels.append(
            dots.Panel(f"{arch}, {stage}, {ratio:.0%} hidden, {precision}", [plot_line(*item) for item in of])
        )
    about = f"images per second, kernels alone (logarithmic), {results['environment'].get('device', 'cpu')}"
    there = {name for panel in panels for _, rates in panel.lines for name in rates}
    looks = {name: look for name, look in LOOKS.items() if name in there}
    return dots.Plot(about, looks, panels, apart=160).svg()


def plot_line(key, ours, theirs):
    rows, rates = key[-1], {}
    if ours and device_ms(ours):
        rates[OURS] = rows / device_ms(ours) * 1000
    rates |= {name: rows / ms * 1000 for name, ms in theirs.items() if name in LOOKS}
    return f"batch {rows}", rates


def main(folder, out):
    results, out = read(Path(folder)), Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
    out.with_suffix(".md").write_text(markdown(results))
    out.with_suffix(".svg").write_text(plot(results))
    print(markdown(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
