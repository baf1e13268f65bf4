#!/usr/bin/env python3
"""Are the figures that Prometheus gets the right ones, and are they those that docs and alarms name?

    endpoint.py --switch PROGRAM --source REPOSITORY

Plays some messages whose answers are known to the switch, over sockets, and reads its figures before and after.
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "backup"))
from clerk import PASSWORD, STATIONS, Clerk, Switch, iso, need, pos_answer, run  # noqa: E402

PATIENCE_S = 30
METRICS = 8592  # its port in the demo world

# By hand: what play() sends, by station, message and DE 39 of the answer.
PLAYED = {
    ("DEMO-AGENT", "sale", "00"): 1, ("DEMO-AGENT", "collect", "00"): 1,
    ("DEMO-AGENT", "activation", "00"): 1,
    ("DEMO-POS", "purchase", "00"): 2, ("DEMO-POS", "purchase", "51"): 1,
    ("DEMO-POS", "purchase", "55"): 1, ("DEMO-OPER", "balance inquiry", "00"): 1,
    ("DEMO-BANK", "sign-on", "00"): 1, ("DEMO-VEND", "purchase", "58"): 1,
}
# Sale, activation and the purchases write, but for the repeated one and that of a station that is not signed on;
# before them the demo world itself was written.
JOURNAL_WRITES = 1 + 5
WRITTEN_BY_PEERS = ["POS00001", "AGT00001", "VEN00001", "DEMOMART", "DEMOAGENT", "9410"]


def play(clerk):
    card = clerk.new_card(10000)
    frame = clerk.purchase_frame(card, 3000)
    first = clerk.exchange("POS", frame)
    need(pos_answer(first)[39] == "00", "a purchase is not approved")
    need(clerk.exchange("POS", frame) == first, "a repeat gets another answer")
    need(clerk.ask("POS", "0200", de3="000000", de2=card, de4=9000)[39] == "51", "is not 51")
    wrong = iso.pin_block(STATIONS["POS"].pin_key, str(9999 - int(PASSWORD)), card)
    need(clerk.ask("POS", "0200", de3="000000", de2=card, de4=10, de52=wrong)[39] == "55", "is not 55")
    need(clerk.balance(card) == 7000, "the balance is not 7000")
    need(clerk.ask("BANK", "0800", de70="001")[39] == "00", "is not signed on")
    need(clerk.ask("VEND", "0200", de3="000000", de2=card, de4=10)[39] == "58", "is not 58")
    with socket.create_connection(("127.0.0.1", clerk.switch.port(8583)), timeout=PATIENCE_S) as other:
        other.sendall(bytes.fromhex("00020200"))  # an MTI and no bitmap
        need(other.recv(1) == b"", "an unreadable message did not close its connection")


class Page:
    """One scrape: `families` name -> (type, help), `samples` (name, labels) -> value."""

    def __init__(self, text):
        self.text, self.families, self.samples = text, {}, {}
        for line in text.splitlines():
            if line.startswith("# HELP "):
                name, words = line[7:].split(" ", 1)
            elif line.startswith("# TYPE "):
                self.families[name] = (line.split()[3], words)
            else:
                found = re.fullmatch(r'(\w+)(?:\{(.*)\})? (\S+)', line)
                need(found, f"no sample: {line}")
                labels = re.findall(r'(\w+)="([^"]*)"', found[2] or "")
                self.samples[found[1], tuple(sorted(labels))] = float(found[3])

    def value(self, name, **labels):
        return self.samples.get((name, tuple(sorted(labels.items()))))

    def messages(self):
        return {(of["station"], of["message"], of["answer"]): value
                for (name, labels), value in self.samples.items() if name == "cyberpass_messages_total"
                for of in [dict(labels)]}

    def series_names(self):
        names = set()
        for name, (kind, _) in self.families.items():
            names |= {name + end for end in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
        return names

    def label_names(self, family):
        return {label for (name, labels), _ in self.samples.items() for label, _ in labels
                if name in (family, family + "_bucket") and label != "le"}


def scrape(switch, path="/metrics"):
    with urllib.request.urlopen(f"http://127.0.0.1:{switch.port(METRICS)}{path}", timeout=PATIENCE_S) as page:
        return Page(page.read().decode())


def scrape_until(switch, right):
    """An answer and a closed connection may be seen a moment before they are counted."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        page = scrape(switch)
        if right(page) or time.monotonic() > deadline:
            return page
        time.sleep(0.02)


def expect(page, name, value, **labels):
    need(page.value(name, **labels) == value, f"{name} {labels} is {page.value(name, **labels)}, not {value}")


def check_figures(switch):
    fresh = scrape(switch)
    need(fresh.messages() == {}, "something is counted before the first message")
    expect(fresh, "cyberpass_ledger_writable", 1)
    clerk = Clerk(switch)
    play(clerk)
    page = scrape_until(switch, lambda page: sum(page.messages().values()) == sum(PLAYED.values())
                        and page.value("cyberpass_refused_frames_total", station="DEMO-POS") == 1)
    need(page.messages() == PLAYED, f"counted were {page.messages()}")
    expect(page, "cyberpass_repeats_total", 1)
    for station, message in {key[:2] for key in PLAYED}:
        count = sum(value for key, value in PLAYED.items() if key[:2] == (station, message))
        of = {"station": station, "message": message}
        expect(page, "cyberpass_message_duration_seconds_count", count, **of)
        expect(page, "cyberpass_message_duration_seconds_bucket", count, le="+Inf", **of)
        took = page.value("cyberpass_message_duration_seconds_sum", **of)
        need(0 < took < PATIENCE_S, f"{count} messages took {took} s")
    # One after the other, and the unreadable one.
    expect(page, "cyberpass_batch_messages_count", sum(PLAYED.values()) + 1)
    expect(page, "cyberpass_batch_messages_sum", sum(PLAYED.values()) + 1)
    expect(page, "cyberpass_journal_write_duration_seconds_count", JOURNAL_WRITES)
    expect(page, "cyberpass_refused_frames_total", 1, station="DEMO-POS")
    expect(page, "cyberpass_connections_accepted_total", 2, station="DEMO-POS")
    expect(page, "cyberpass_connections", 1, station="DEMO-POS")
    expect(page, "cyberpass_signed_on_connections", 1, station="DEMO-BANK")
    expect(page, "cyberpass_sign_ons_total", 1, station="DEMO-BANK")
    expect(page, "cyberpass_overlay_limit_bytes", 128 << 20)
    need(abs(page.value("process_start_time_seconds") - time.time()) < 600, "it did not start in 1970")
    for written in WRITTEN_BY_PEERS:
        need(written not in page.text, f"what a peer wrote is shown: {written}")
    clerk.close()
    return page


def check_words(page, source):
    """What docs and alarms say is what is there."""
    with open(os.path.join(source, "docs", "operations.md"), encoding="utf-8") as file:
        docs = file.read()
    own = {name: family for name, family in page.families.items() if not name.startswith("exposer_")}
    rows = re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \|(.*?)\| (.*) \|$", docs, re.M)
    table = {name: (kind, words) for name, kind, _, words in rows}
    for name in sorted(set(own) | set(table)):
        need(own.get(name) == table.get(name),
             f"{name}: served is {own.get(name)}, the table in docs/operations.md has {table.get(name)}")
    for name, _, labels, _ in rows:
        seen = page.label_names(name)
        need(not seen or seen == set(labels.strip().split(", ")), f"{name}: its labels are {sorted(seen)}")

    with open(os.path.join(source, "config", "alarms.yml"), encoding="utf-8") as file:
        alarms = file.read()
    sections = {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
                for line in docs.splitlines() if line.startswith("#")}
    for part in re.split(r"- alert: ", alarms)[1:]:
        name, (rule, annotations) = part.split()[0], part.split("annotations:")
        for text, served in ((rule, page.series_names()), (annotations, set(page.families))):
            for metric in set(re.findall(r"\b(?:cyberpass|process)_\w+", text)):
                need(metric in served, f"alarm {name} names {metric}, which is not served")
        for needed in ("summary: ", "description: ", "severity: "):
            need(needed in part, f"alarm {name} has no {needed}")
        section = re.search(r"runbook_url: docs/operations\.md#(\S+)", part)
        need(section and section[1] in sections, f"alarm {name} names no section of docs/operations.md")
        need(f"`{name}`" in docs, f"alarm {name} is not in docs/operations.md")


def check_by_promtool(page):
    done = subprocess.run(["promtool", "check", "metrics"], input=page.text, capture_output=True, text=True)
    need(done.returncode == 0, f"promtool check metrics: {done.stdout}{done.stderr}")


def check_ports(switch, options, config):
    try:
        scrape(switch, "/")
        need(False, "something else than /metrics is served")
    except urllib.error.HTTPError as error:
        need(error.code == 404, f"/ is answered {error.code}")
    switch.stop()
    with socket.create_server(("127.0.0.1", switch.port(METRICS))):
        status, said = run(options.switch, "--config", config, "--data", switch.data,
                           "--port-base", switch.port(8580), "--set", "log.file=log")
        need(status == 2 and said.count("\n") == 1 and "metrics.port: cannot listen on 127.0.0.1:" in said,
             f"with its port in use it ended with {status} and said: {said}")
    switch.start(["metrics.port=0"])
    with socket.socket() as nobody:
        need(nobody.connect_ex(("127.0.0.1", switch.port(METRICS))) != 0, "metrics.port=0 is served")
    switch.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--switch", required=True)
    parser.add_argument("--source", required=True)
    options = parser.parse_args()
    config = os.path.join(options.source, "config", "demo.conf")
    switch = Switch(options.switch, config, PATIENCE_S, keep=False)
    try:
        switch.start([])
        page = check_figures(switch)
        check_words(page, options.source)
        check_by_promtool(page)
        check_ports(switch, options, config)
    finally:
        switch.close()
    print(f"{len(page.families)} families, {len(page.samples)} samples")


if __name__ == "__main__":
    main()
