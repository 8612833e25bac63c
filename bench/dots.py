"""A plot of rates on a logarithmic axis: panels of lines, and on each line a dot for each of those compared."""

from dataclasses import dataclass
from html import escape
from math import log10

LINE, PANEL, MARGIN, LABEL, TOP = 26, 400, 20, 130, 60
STYLE = "text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600}.faint{fill:#666;font-size:11px}"
SHAPES = {  # each of those compared has one besides its colour
    "circle": '<circle cx="{x:.1f}" cy="{y}" r="6.5"',
    "square": '<rect x="{left:.1f}" y="{top}" width="10" height="10"',
    "triangle": '<path d="M{x:.1f} {y1}l6.5 11.5h-13z"',
    "diamond": '<path d="M{x:.1f} {y2}l7 7l-7 7l-7 -7z"',
}


@dataclass(frozen=True)
class Panel:
    title: str
    lines: list  # of (label, {name: rate}), of which those without rates are left out


@dataclass(frozen=True)
class Plot:
    title: str
    looks: dict  # {name: (colour, shape)}, in the order of the legend
    panels: list
    apart: int = 110  # pixels between names of the legend

    def svg(self):
        panels = [Panel(panel.title, [line for line in panel.lines if line[1]]) for panel in self.panels]
        panels = [panel for panel in panels if panel.lines]
        height = 70 + LINE * max(len(panel.lines) for panel in panels)
        rows = (len(panels) + 1) // 2
        width = 2 * (LABEL + PANEL + 2 * MARGIN)
        parts = [self._legend()]
        for number, panel in enumerate(panels):
            x, y = (number % 2) * width / 2, TOP + (number // 2) * height
            parts.append(f'<g transform="translate({x:.0f},{y})">{self._panel(panel)}</g>')
        total = TOP + rows * height + MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{total}" viewBox="0 0 {width} {total}">'
            f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>' + "".join(parts) + "</svg>\n"
        )

    def _legend(self):
        told = ""
        for number, name in enumerate(self.looks):
            told += self._dot(MARGIN + 10 + number * self.apart, 40, name)
            told += f'<text x="{MARGIN + 22 + number * self.apart}" y="44">{escape(name)}</text>'
        return f'<text x="{MARGIN}" y="22" class="title">{escape(self.title)}</text>{told}'

    def _panel(self, panel):
        rates = [rate for _, told in panel.lines for rate in told.values()]
        scale = _scale(min(rates), max(rates))
        bottom = 34 + LINE * len(panel.lines)
        parts = [f'<text x="{MARGIN}" y="18" class="title">{escape(panel.title)}</text>']
        for tick in _ticks(min(rates), max(rates)):
            parts.append(f'<path d="M{scale(tick):.1f} 28V{bottom}" stroke="#ddd"/>')
            parts.append(
                f'<text x="{scale(tick):.1f}" y="{bottom + 14}" text-anchor="middle" class="faint">{tick:g}</text>'
            )
        for number, (label, told) in enumerate(panel.lines):
            parts.append(self._line(label, told, 34 + LINE * number + LINE / 2, scale))
        return "".join(parts)

    def _line(self, label, told, y, scale):
        parts = f'<text x="{MARGIN}" y="{y + 4}">{escape(label)}</text>'
        xs = {name: scale(rate) for name, rate in told.items()}
        parts += f'<path d="M{min(xs.values()):.1f} {y}H{max(xs.values()):.1f}" stroke="#bbb" stroke-width="2"/>'
        return parts + "".join(self._dot(x, y, name) for name, x in reversed(xs.items()))

    def _dot(self, x, y, name):
        colour, shape = self.looks[name]
        drawn = SHAPES[shape].format(x=x, y=y, left=x - 5, top=y - 5, y1=y - 6.5, y2=y - 7)
        return f'{drawn} fill="{colour}" stroke="#fff"/>'


def _scale(least, most):
    low, high = log10(least) - 0.05, log10(most) + 0.05
    return lambda rate: MARGIN + LABEL + (log10(rate) - low) / (high - low) * PANEL


def _ticks(least, most):
    powers = [step * 10.0**power for power in range(-3, 7) for step in (1, 2, 5)]
    return [tick for tick in powers if least <= tick <= most]
