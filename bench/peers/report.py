"""Results as JSON, as Markdown tables and as a plot."""

import json
from itertools import groupby
from pathlib import Path

from bench import dots

OURS = "Unmask"
ABOUT = """Medians of {rounds} rounds, servers in turn; a window is as many requests as take about {seconds} s. One ONNX
Runtime session of 2 threads, batches of up to 8, a closed loop with a connection for each caller; who is not measured
stands still (SIGSTOP). MLServer has no binary tensors over HTTP and gets JSON; LitServe has no gRPC.
Each figure: **requests/s**, p50 / p90 / p99 in ms, CPU ms of all the server's processes for each request."""
LOOKS = {
    OURS: ("#1f5fbf", "circle"),
    "MLServer": ("#d9772b", "square"),
    "LitServe": ("#2f8f4e", "triangle"),
    "pytriton": ("#8a4fb0", "diamond"),
}


def write(results, out):
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".json").write_text(json.dumps(results, indent=1) + "\n")
    out.with_suffix(".md").write_text(markdown(results))
    out.with_suffix(".svg").write_text(plot(results))
    print(markdown(results))


def markdown(results):
    servers = list(results["environment"]["servers"])
    return "\n".join([head(results), *_tables(results["cells"], servers)]) + "\n"


def best(cell):
    """The peer with the most answers in a second, and ours over it; None where there is no such pair."""
    peers = {name: told["requests_per_second"] for name, told in cell["servers"].items() if name != OURS}
    if not peers or OURS not in cell["servers"]:
        return None
    name = max(peers, key=peers.get)
    return name, cell["servers"][OURS]["requests_per_second"] / peers[name]


def head(results):
    told = dict(results["environment"])
    servers = told.pop("servers")
    facts = [*told.items(), *servers.items()]
    return "\n".join(
        [
            "# Unmask beside other servers",
            "",
            *(f"- {name}: {value}" for name, value in facts),
            "",
            ABOUT.format(**results),
        ]
    )


def _tables(cells, servers):
    for title, of in groupby(cells, key=lambda cell: cell["title"]):
        yield from ["", f"## {title}", ""]
        yield from _table(list(of), servers)


def _table(cells, servers):
    yield "| protocol | batch | callers | " + " | ".join(servers) + " | Unmask / best peer |"
    yield "|---" * 3 + "|---:" * (len(servers) + 1) + "|"
    for cell in cells:
        figures = " | ".join(_figures(cell["servers"].get(name)) for name in servers)
        ratio = best(cell)
        told = f"{ratio[1]:.2f} ({ratio[0]})" if ratio else "-"
        yield f"| {cell['protocol']} | {cell['batch']} | {cell['callers']} | {figures} | {told} |"


def _figures(told):
    if told is None:
        return "-"
    failed = f", {told['failed']} failed" if told["failed"] else ""
    latency = " / ".join(f"{told[name]:.3g}" for name in ("p50", "p90", "p99"))
    return f"**{told['requests_per_second']:.4g}**, {latency}, {told['cpu_ms']:.3g}{failed}"


def plot(results):
    """A panel for each workload and protocol, a line for each batch and number of callers."""
    about = f"requests per second (logarithmic), {results['environment']['machine']}, {results['environment']['date']}"
    looks = {name: LOOKS[name] for name in results["environment"]["servers"]}
    panels = [
        dots.Panel(f"{title}, {protocol}", [_line(cell) for cell in of])
        for (title, protocol), of in groupby(results["cells"], key=lambda cell: (cell["title"], cell["protocol"]))
    ]
    return dots.Plot(about, looks, panels).svg()


def _line(cell):
    callers = f"{cell['callers']} caller" + ("s" if cell["callers"] > 1 else "")
    rates = {name: told["requests_per_second"] for name, told in cell["servers"].items()}
    return f"batch {cell['batch']}, {callers}", rates
