"""The little of SVG that the charts need. Colours of middle lightness on no background, so that a
page may be light or dark."""

import math
from html import escape

INK, GRID = "#7d828a", "#7d828a"
COLOURS = ["#2f81d6", "#d9822b", "#3f9c6b", "#a064c9", "#c94f5d"]
FONT = "system-ui, 'DejaVu Sans', sans-serif"


class Drawing:
    def __init__(self, width, height, title):
        self.width, self.height, self.title = width, height, title
        self.parts = [f"<title>{escape(title)}</title>"]
        self.text(16, 26, title, size=15, weight=600)

    def add(self, element):
        self.parts.append(element)

    def text(self, x, y, words, size=12, anchor="start", colour=INK, weight=400, turn=None):
        turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn is not None else ""
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
                 f'fill="{colour}" font-weight="{weight}"{turned}>{escape(words)}</text>')

    def line(self, points, colour=GRID, width=1.0, opacity=1.0, dashes=None):
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.add(f'<polyline points="{places}" fill="none" '
                 f'stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}" '
                 f'stroke-linejoin="round"{dashed}/>')

    def dot(self, x, y, colour):
        self.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{colour}"/>')

    def bar(self, x, y, width, height, colour):
        self.add(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="2" '
                 f'fill="{colour}"/>')

    def document(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
                f'width="{self.width}" height="{self.height}" font-family="{escape(FONT)}">\n' +
                "\n".join(self.parts) + "\n</svg>\n")


def duration(value_ms):
    if value_ms < 1:
        return f"{value_ms * 1000:g} µs"
    return f"{value_ms:g} ms" if value_ms < 1000 else f"{value_ms / 1000:g} s"


class LogAxis:
    """Milliseconds on a logarithmic axis from `bottom` up to `top`, in whole decades."""

    def __init__(self, values_ms, top, bottom):
        self.low = math.floor(math.log10(max(min(values_ms), 1e-3)))
        self.high = max(math.ceil(math.log10(max(values_ms))), self.low + 1)
        self.top, self.bottom = top, bottom

    def at(self, value_ms):
        share = (math.log10(max(value_ms, 10 ** self.low)) - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def draw(self, drawing, left, right):
        for decade in range(self.low, self.high + 1):
            value = 10.0 ** decade
            drawing.line([(left, self.at(value)), (right, self.at(value))], opacity=0.35)
            drawing.text(left - 8, self.at(value) + 4, duration(value), anchor="end")


def spread(wanted, gap):
    """Heights for labels near the wanted ones, at least `gap` apart, in the order given."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for before, after in zip(order, order[1:]):
        placed[after] = max(placed[after], placed[before] + gap)
    return placed
