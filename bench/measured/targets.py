"""What is wanted and what came out: rows from the raw figures of all runs."""

import statistics
from dataclasses import dataclass

from measured.pages import PAGE_LIMIT


@dataclass
class Row:
    """One line of the table of results. `values` has one number a run, in the runs' order."""

    group: str
    name: str
    unit: str
    values: list
    limit: float = None
    at_most: bool = True

    @property
    def median(self):
        return statistics.median(self.values)

    def verdict(self):
        if self.limit is None:
            return "—"
        if self.median <= self.limit if self.at_most else self.median >= self.limit:
            return "yes"
        over = self.median / self.limit
        return f"no: {over:.2g} times the limit" if self.at_most else f"no: {over:.0%} of it"

    def target(self):
        if self.limit is None:
            return "—"
        return f"{'≤' if self.at_most else '≥'} {figure(self.limit)} {self.unit}".strip()


def figure(value):
    """Three digits that say something."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def over_share(report):
    return 100 * counted(report)["over_1ms"] / counted(report)["requests"]


class Results:
    """The raw figures, one dictionary of steps a run."""

    def __init__(self, results):
        self.runs = results["runs"]
        self.settings = results["settings"]

    def values(self, needed, value):
        """`value(run)` of each run that has the needed steps."""
        return [value(run) for run in self.runs if all(step in run for step in needed)]

    def row(self, group, name, unit, needed, value, limit=None, at_most=True):
        values = self.values(needed, value)
        return [Row(group, name, unit, values, limit, at_most)] if values else []

    def latencies(self, group, step, p50, p99, over):
        ms = lambda name: lambda run: counted(run[step])[name] / 1000
        return [*self.row(group, "p50", "ms", [step], ms("p50_us"), p50),
                *self.row(group, "p99", "ms", [step], ms("p99_us"), p99),
                *self.row(group, "over 1 ms", "%", [step], lambda run: over_share(run[step]), over),
                *self.row(group, "p99.9", "ms", [step], ms("p999_us")),
                *self.row(group, "max", "ms", [step], ms("max_us"))]

    def open_loop(self, prefix, rate):
        group = f"{rate:,} purchases/s" + (", the stretch" if prefix == "stretch" else "")
        switch, journal = prefix + "_switch", prefix + "_journal"
        rows = self.latencies(group, switch, 0.3, 1, 0.5)
        rows += self.row(group, "p99 / p99 of the journal alone", "", [switch, journal],
                         lambda run: counted(run[switch])["p99_us"] / run[journal]["p99_us"], 2.5)
        rows += self.row(group, "the switch's CPU a request", "µs", [switch],
                         lambda run: 1e6 * run[switch]["switch_cpu_s"] /
                         run[switch]["switch_requests"])
        rows += self.row(group, "whole windows in the run", "", [switch],
                         lambda run: run[switch]["windows"], 3, at_most=False)
        return rows

    def saturation(self):
        group, rate = "saturation", lambda step: lambda run: per_second(run[step])
        ratio = lambda one, other: lambda run: per_second(run[one]) / per_second(run[other])
        rows = self.row(group, "durable purchases", "/s", ["full_switch"], rate("full_switch"),
                        40_000, at_most=False)
        for step, name, wanted in (
                ("full_postgres", "PostgreSQL, merchant summed later", 6),
                ("full_postgres_hot", "PostgreSQL, merchant's row booked", None),
                ("full_redis", "Redis", 2),
                ("full_echo", "bare echo", None)):
            rows += self.row(group, name, "/s", [step], rate(step))
            if step != "full_echo":
                rows += self.row(group, f"switch / {name}", "times", ["full_switch", step],
                                 ratio("full_switch", step), wanted, at_most=False)
        return rows

    def verify(self):
        group = "verify, half with a password"
        rate = lambda step: lambda run: per_second(run[step])
        rows = self.row(group, "verifies", "/s", ["verify_switch"], rate("verify_switch"))
        rows += self.row(group, "bare echo", "/s", ["verify_echo"], rate("verify_echo"))
        rows += self.row(group, "verify / bare echo", "%", ["verify_switch", "verify_echo"],
                         lambda run: 100 * per_second(run["verify_switch"]) /
                         per_second(run["verify_echo"]), 80, at_most=False)
        rows += self.row(group, "p99 in the mixed load", "ms", ["mixed_switch"],
                         lambda run: run["mixed_switch"]["verify"]["p99_us"] / 1000, 1)
        return rows

    def size_and_start(self):
        memory = lambda name: lambda run: run["open_switch"]["memory_kb"][name] / 1024
        start = lambda step: lambda run: run[step]["start_s"]
        group = f"{self.settings['cards']:,} cards"
        rows = self.row(group, "resident at the open loop's rate", "MB", ["open_switch"],
                        lambda run: memory("VmRSS")(run) * 1.048576, 600)
        for name, words in (("RssAnon", "of it own"), ("mapped", "of it mapped files")):
            rows += self.row(group, words, "MB", ["open_switch"],
                             lambda run, name=name: memory(name)(run) * 1.048576)
        rows += self.row(group, "start after an orderly stop", "s", ["start_after_stop"],
                         start("start_after_stop"), 1)
        rows += self.row(group, "start after kill −9 under load", "s", ["start_after_kill"],
                         start("start_after_kill"), 2)
        return rows

    def holds(self):
        """At the open loop's rate half of the messages are holds, half their completions."""
        group = f"{self.settings['rate']:,} holds and completions/s"
        rows = []
        for kind in ("hold", "completion"):
            for name, words in LATENCIES:
                rows += self.row(group, f"{kind}: {words}", "ms", ["open_holds"],
                                 lambda run, kind=kind, name=name:
                                 run["open_holds"][kind][name] / 1000)
        rows += self.row(group, "saturation, both together", "/s", ["full_holds"],
                         lambda run: per_second(run["full_holds"]))
        return rows

    def statements(self):
        group, pages = "statements", lambda name: lambda run: run["statement_pages"][name]
        rows = self.row(group, "first pages, saturation", "/s", ["statements"],
                        lambda run: per_second(run["statements"]))
        for name, words in (("page_1_us", "page 1"), ("page_500_us", "page 500"),
                            ("last_page_us", "the last page")):
            rows += self.row(group, f"{words} of a card with 10,000 entries, p50", "µs",
                             ["statement_pages"], pages(name))
        for name, words in (("page_500_ratio", "page 500"), ("last_page_ratio", "the last page")):
            rows += self.row(group, f"{words} / page 1", "times", ["statement_pages"], pages(name),
                             PAGE_LIMIT)
        return rows

    def rows(self):
        return [*self.open_loop("open", self.settings["rate"]),
                *self.open_loop("stretch", self.settings["stretch_rate"]),
                *self.saturation(), *self.verify(), *self.size_and_start(),
                *self.holds(), *self.statements()]


LOADS = (("switch", "the switch"), ("journal", "journal alone"), ("echo", "bare echo"),
         ("lmdb", "one LMDB commit a batch"))
LATENCIES = (("p50_us", "p50"), ("p90_us", "p90"), ("p99_us", "p99"), ("p999_us", "p99.9"),
             ("max_us", "max"))


def counted(report):
    """The purchases of a cpbench report; of other reports all there is."""
    return report.get("purchase", report)


def beside(results, prefix, rate):
    """The switch and what it is compared with at one rate: medians, and the runs behind them."""
    names = " | ".join(f"{name}, ms" for _, name in LATENCIES)
    lines = [f"| {rate:,} purchases/s | {names} | over 1 ms |",
             "|---|" + "---|" * (len(LATENCIES) + 1)]
    for step, words in LOADS:
        reports = results.values([f"{prefix}_{step}"], lambda run: counted(run[f"{prefix}_{step}"]))
        if not reports:
            continue
        cells = [[report[name] / 1000 for report in reports] for name, _ in LATENCIES]
        texts = [f"{figure(statistics.median(cell))} ({', '.join(map(figure, cell))})"
                 for cell in cells]
        texts.append(f"{figure(statistics.median(over_share(report) for report in reports))} %")
        lines.append(f"| {words} | {' | '.join(texts)} |")
    return "\n".join(lines) if len(lines) > 2 else ""


def per_second(report):
    return report["per_second"] if "per_second" in report else report["all"]["per_second"]


def tables(results):
    """All tables of the results, in Markdown."""
    settings = results.settings
    parts = [markdown(results.rows()), beside(results, "open", settings["rate"]),
             beside(results, "stretch", settings["stretch_rate"])]
    return "\n\n".join(part for part in parts if part)


def markdown(rows):
    lines = ["| what | target | median | runs | reached? |", "|---|---|---|---|---|"]
    group = None
    for row in rows:
        if row.group != group:
            group = row.group
            lines.append(f"| **{group}** | | | | |")
        runs = ", ".join(figure(value) for value in row.values)
        lines.append(f"| {row.name} | {row.target()} | {figure(row.median)} {row.unit} | {runs} | "
                     f"{row.verdict()} |".replace("  ", " "))
    return "\n".join(lines)
