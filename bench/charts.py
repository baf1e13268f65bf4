#!/usr/bin/env python3
"""Draws the charts of docs/performance.md and fills its tables, from bench/measure.py's figures.

  bench/charts.py [RESULTS [DOCS]]      build/measure/results.json and docs

Writes docs/charts/*.svg and, in docs/performance.md, what stands between each of the markers
`<!-- measured: settings -->`, `… charts …`, `… results …` and the `<!-- end -->` behind it.
"""

import json
import pathlib
import re
import statistics
import sys

from measured import targets
from measured.svg import COLOURS, INK, Drawing, LogAxis, spread

ROOT = pathlib.Path(__file__).resolve().parent.parent


def medians(results, step):
    """Percentile name to milliseconds."""
    rows = results.values([step], lambda run: targets.counted(run[step]))
    return {name: statistics.median(row[name] for row in rows) / 1000
            for name, _ in targets.LATENCIES} if rows else None


def latency_chart(results, prefix, rate):
    drawn = [(words, medians(results, f"{prefix}_{step}")) for step, words in targets.LOADS]
    drawn = [(words, values) for words, values in drawn if values]
    if not drawn:
        return None
    drawing = Drawing(720, 380, f"Latency at {rate:,} purchases a second, 64 connections")
    left, right, top, bottom = 76, 540, 50, 328
    axis = LogAxis([value for _, values in drawn for value in values.values()], top, bottom)
    axis.draw(drawing, left, right)
    places = [left + 34 + i * (right - left - 68) / (len(targets.LATENCIES) - 1)
              for i in range(len(targets.LATENCIES))]
    for x, (_, words) in zip(places, targets.LATENCIES):
        drawing.text(x, bottom + 20, words, anchor="middle")
    heights = spread([axis.at(values["max_us"]) for _, values in drawn], 17)
    for (words, values), colour, height in zip(drawn, COLOURS, heights):
        points = [(x, axis.at(values[name])) for x, (name, _) in zip(places, targets.LATENCIES)]
        drawing.line(points, colour, 2.4 if words == "the switch" else 1.6)
        for x, y in points:
            drawing.dot(x, y, colour)
        drawing.text(right + 8, height + 4, words, colour=colour, weight=600)
    drawing.text((left + right) / 2, bottom + 42,
                 f"share of purchases answered within (median of {len(results.runs)} runs)",
                 anchor="middle")
    return drawing


def saturation_chart(results):
    steps = [("full_switch", "the switch"), ("full_redis", "Redis 7"),
             ("full_postgres", "PostgreSQL 15, merchant summed later"),
             ("full_postgres_hot", "PostgreSQL 15, merchant's row booked")]
    bars = []
    for step, words in steps:
        rates = results.values([step], lambda run: targets.per_second(run[step]))
        if rates:
            bars.append((words, statistics.median(rates), min(rates), max(rates)))
    if not bars:
        return None
    drawing = Drawing(720, 76 + 44 * len(bars),
                      "Durable purchases a second, 64 connections, one in flight each")
    left, right = 262, 610
    scale = (right - left) / max(high for *_, high in bars)
    for i, (words, rate, low, high) in enumerate(bars):
        y = 50 + 44 * i
        drawing.text(left - 10, y + 18, words, anchor="end")
        drawing.bar(left, y, max(rate * scale, 1), 26, COLOURS[min(i, 2)])
        drawing.line([(left + low * scale, y + 31), (left + high * scale, y + 31)], INK, 2)
        drawing.text(left + max(rate, high) * scale + 8, y + 18, f"{rate:,.0f}", weight=600)
    drawing.text(left, 62 + 44 * len(bars),
                 f"median of {len(results.runs)} runs; the line below: the least to the most",
                 size=11)
    return drawing


def middle_run(results, step):
    """The run whose p99 is the median."""
    runs = sorted(results.values([step], lambda run: run[step]),
                  key=lambda report: report["purchase"]["p99_us"])
    return runs[(len(runs) - 1) // 2] if runs else None


def windows_chart(results, rate):
    report = middle_run(results, "open_switch")
    if report is None:
        return None
    drawing = Drawing(720, 330, f"Second by second at {rate:,} purchases a second")
    left, right, top, bottom = 76, 640, 50, 272
    seconds = report["seconds"]
    lines = [("max_us", "max", COLOURS[1]), ("p99_us", "p99", COLOURS[0]),
             ("p50_us", "p50", COLOURS[2])]
    axis = LogAxis([row[name] / 1000 for row in seconds for name, *_ in lines], top, bottom)
    axis.draw(drawing, left, right)
    last = max(row["second"] for row in seconds) or 1
    x_of = lambda second: left + second * (right - left) / last
    for second in range(0, last + 1, 10 if last >= 20 else 1):
        drawing.text(x_of(second), bottom + 20, f"{second}", anchor="middle")
    heights = spread([axis.at(seconds[-1][name] / 1000) for name, *_ in lines], 16)
    for (name, words, colour), height in zip(lines, heights):
        points = [(x_of(row["second"]), axis.at(row[name] / 1000)) for row in seconds]
        drawing.line(points, colour, 2)
        drawing.text(right + 8, height + 4, words, colour=colour, weight=600)
    drawing.text((left + right) / 2, bottom + 42,
                 f"seconds; {report['windows']} windows were brought into LMDB meanwhile, "
                 "one behind the other", anchor="middle")
    return drawing


def settings_text(raw):
    machine, settings = raw["machine"], raw["settings"]
    lines = [f"Measured {machine['begun'][:10]} at commit {machine['commit']}: {machine['cpu']}, "
             f"{machine['cores']} cores, Linux {machine['kernel']}, {machine['file_system']}; "
             f"load before it {machine['load_before'][0]:.1f}.",
             f"{settings['cards']:,} cards, {len(raw['runs'])} runs, open loops of "
             f"{settings['seconds']} s, saturated ones of {settings['saturated']} s; cpbench on "
             f"core {settings['bench_cores'] or 'any'}, the switch on "
             f"{settings['switch_cores'] or 'any'}."]
    for step, name in (("full_postgres", "PostgreSQL"), ("full_redis", "Redis")):
        for run in raw["runs"][:1]:
            if step in run:
                shown = ", ".join(f"{key} {value or '–'}"
                                  for key, value in run[step]["settings"].items())
                lines.append(f"{name}: {shown}.")
            if "commit_delays" in run.get(step, {}):
                tried = ", ".join(f"{delay}: {rate:,}"
                                  for delay, rate in run[step]["commit_delays"].items())
                lines.append(f"Purchases a second by commit delay in us: {tried}.")
    store = [(run["open_switch"]["store_begin"], run["open_switch"]["store_end"])
             for run in raw["runs"] if "open_switch" in run]
    if store:
        lines.append("")
        lines += ["| run | windows | overlays, MB: begin → end | journal, MB: begin → end |",
                  "|---|---|---|---|"]
        overlays = lambda figures: (figures["active_bytes"] + figures["frozen_bytes"]) / 1e6
        for number, (begin, end) in enumerate(store, 1):
            windows = end["windows"] - begin["windows"]
            journal = [figures["journal_bytes"] / 1e6 for figures in (begin, end)]
            lines.append(f"| {number} | {windows} | {overlays(begin):.1f} → {overlays(end):.1f} "
                         f"| {journal[0]:.0f} → {journal[1]:.0f} |")
    return "\n".join(lines)


def fill(file, name, text):
    """Puts the text between the markers of this name."""
    page = file.read_text()
    pattern = re.compile(rf"(<!-- measured: {name} -->\n).*?(<!-- end -->)", re.S)
    filled, found = pattern.subn(lambda match: f"{match[1]}\n{text}\n\n{match[2]}", page)
    if found != 1:
        raise SystemExit(f"{file} has no single pair of markers for {name}")
    file.write_text(filled)


def main():
    raw = json.loads(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else
                                  ROOT / "build/measure/results.json").read_text())
    docs = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs"
    results = targets.Results(raw)
    settings = raw["settings"]
    drawings = {"latency": latency_chart(results, "open", settings["rate"]),
                "latency_stretch": latency_chart(results, "stretch", settings["stretch_rate"]),
                "saturation": saturation_chart(results),
                "windows": windows_chart(results, settings["rate"])}
    (docs / "charts").mkdir(parents=True, exist_ok=True)
    for name, drawing in drawings.items():
        if drawing is not None:
            (docs / "charts" / f"{name}.svg").write_text(drawing.document())
    fill(docs / "performance.md", "results", targets.tables(results))
    fill(docs / "performance.md", "settings", settings_text(raw))
    fill(docs / "performance.md", "charts",
         "\n".join(f"![{drawing.title}](charts/{name}.svg)\n"
                   for name, drawing in drawings.items() if drawing is not None).strip())


if __name__ == "__main__":
    main()
