"""Results as JSON, as Markdown tables and as a plot."""

import json
from html import escape
from itertools import groupby
from math import log10
from pathlib import Path

OURS = "Unmask"
ABOUT = """Medians of {rounds} rounds, servers in turn; a window is as many requests as take about {seconds} s. One ONNX
Runtime session of 2 threads, batches of up to 8, a closed loop with a connection for each caller; who is not measured
stands still (SIGSTOP). MLServer has no binary tensors over HTTP and gets JSON; LitServe has no gRPC.
Each figure: **requests/s**, p50 / p90 / p99 in ms, CPU ms of all the server's processes for each request."""
COLOURS = {OURS: "#1f5fbf", "MLServer": "#d9772b", "LitServe": "#2f8f4e", "pytriton": "#8a4fb0"}


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


# The plot: a panel for each workload and protocol, a line for each batch and number of callers, a dot for each server.
LINE, PANEL, MARGIN, LABEL = 26, 400, 20, 130


def plot(results):
    panels = [list(of) for _, of in groupby(results["cells"], key=lambda cell: (cell["title"], cell["protocol"]))]
    height = 70 + LINE * max(map(len, panels))
    rows = (len(panels) + 1) // 2
    width = 2 * (LABEL + PANEL + 2 * MARGIN)
    parts = [_legend(results)]
    for number, cells in enumerate(panels):
        x, y = (number % 2) * width / 2, 60 + (number // 2) * height
        parts.append(f'<g transform="translate({x:.0f},{y})">{_panel(cells)}</g>')
    total = 60 + rows * height + MARGIN
    style = "text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600}.faint{fill:#666;font-size:11px}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{total}" viewBox="0 0 {width} {total}">'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>' + "".join(parts) + "</svg>\n"
    )


def _legend(results):
    told = ""
    for number, name in enumerate(results["environment"]["servers"]):
        told += _dot(MARGIN + 10 + number * 110, 40, name)
        told += f'<text x="{MARGIN + 22 + number * 110}" y="44">{name}</text>'
    about = f"requests per second (logarithmic), {results['environment']['machine']}, {results['environment']['date']}"
    return f'<text x="{MARGIN}" y="22" class="title">{escape(about)}</text>{told}'


def _panel(cells):
    rates = [told["requests_per_second"] for cell in cells for told in cell["servers"].values()]
    scale = _scale(min(rates), max(rates))
    title = f"{cells[0]['title']}, {cells[0]['protocol']}"
    bottom = 34 + LINE * len(cells)
    parts = [f'<text x="{MARGIN}" y="18" class="title">{escape(title)}</text>']
    for tick in _ticks(min(rates), max(rates)):
        parts.append(f'<path d="M{scale(tick):.1f} 28V{bottom}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{scale(tick):.1f}" y="{bottom + 14}" text-anchor="middle" class="faint">{tick:g}</text>'
        )
    for number, cell in enumerate(cells):
        parts.append(_line(cell, 34 + LINE * number + LINE / 2, scale))
    return "".join(parts)


def _line(cell, y, scale):
    callers = f"{cell['callers']} caller" + ("s" if cell["callers"] > 1 else "")
    told = f'<text x="{MARGIN}" y="{y + 4}">batch {cell["batch"]}, {callers}</text>'
    xs = {name: scale(told["requests_per_second"]) for name, told in cell["servers"].items()}
    told += f'<path d="M{min(xs.values()):.1f} {y}H{max(xs.values()):.1f}" stroke="#bbb" stroke-width="2"/>'
    return told + "".join(_dot(x, y, name) for name, x in reversed(xs.items()))


def _dot(x, y, name):
    """Each server has a shape besides its colour."""
    shapes = {
        OURS: f'<circle cx="{x:.1f}" cy="{y}" r="6.5"',
        "MLServer": f'<rect x="{x - 5:.1f}" y="{y - 5}" width="10" height="10"',
        "LitServe": f'<path d="M{x:.1f} {y - 6.5}l6.5 11.5h-13z"',
        "pytriton": f'<path d="M{x:.1f} {y - 7}l7 7l-7 7l-7 -7z"',
    }
    return f'{shapes[name]} fill="{COLOURS[name]}" stroke="#fff"/>'


def _scale(least, most):
    low, high = log10(least) - 0.05, log10(most) + 0.05
    return lambda rate: MARGIN + LABEL + (log10(rate) - low) / (high - low) * PANEL


def _ticks(least, most):
    powers = [step * 10.0**power for power in range(-3, 7) for step in (1, 2, 5)]
    return [tick for tick in powers if least <= tick <= most]
