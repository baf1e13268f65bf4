"""Does a statement's late page cost more than its first? One card with many entries.

A switch on data of its own; cpbench makes the card and its purchases; then pages are asked for
through one connection, one after the other, as the operator asks for them (without a password).
"""

import copy
import datetime
import shutil
import socket
import statistics
import time

from measured import programs

PAGE_LIMIT = 1.5  # what a page may cost, by the first
ENTRIES, ROUNDS, LATE_PAGE = 10_000, 500, 500
PURCHASES_A_SECOND = 2_000
OPERATOR_PORT = 0  # after the first one
TERMINAL, MERCHANT = b"OPER0001", b"DEMOOPERATOR001"
SEOUL = datetime.timezone(datetime.timedelta(hours=9))
# Elements that an answer may have before DE 48: bytes, or None where the length is in front.
FIXED = {3: 3, 7: 5, 11: 3, 12: 3, 13: 2, 15: 2, 37: 12, 38: 6, 39: 2, 41: 8, 42: 15}
DIGITS, TEXT = {2}, {44}


def month_now():
    return datetime.datetime.now(SEOUL).strftime("%Y%m")


def tags_text(tags):
    return "".join(f"{number:04}{len(value):03}{value}" for number, value in tags)


def bitmap(elements):
    return sum(1 << (64 - element) for element in elements).to_bytes(8, "big")


def statement_request(card, stan, tags):
    """A frame of 0100/38 in iso87-binary behind two bytes of length."""
    moment = datetime.datetime.now(datetime.timezone.utc)
    local, text = moment.astimezone(SEOUL), tags_text(tags).encode()
    message = bytes.fromhex("0100") + bitmap([2, 3, 7, 11, 12, 13, 41, 42, 48])
    message += bytes.fromhex(f"{len(card):02}{card}380000{moment:%m%d%H%M%S}{stan:06}"
                             f"{local:%H%M%S%m%d}")
    message += TERMINAL + MERCHANT + bytes.fromhex(f"{len(text):04}") + text
    return len(message).to_bytes(2, "big") + message


def answer_tags(message):
    """The tags of DE 48 of a 0110 that says 00."""
    present = int.from_bytes(message[2:10], "big")
    at, content = 10, {}
    for element in (each for each in range(2, 49) if present >> (64 - each) & 1):
        if element in DIGITS:
            size, at = (int(message[at:at + 1].hex()) + 1) // 2, at + 1
        elif element in TEXT:
            size, at = int(message[at:at + 1].hex()), at + 1
        elif element == 48:
            size, at = int(message[at:at + 2].hex()), at + 2
        else:
            size = FIXED[element]
        content[element], at = message[at:at + size], at + size
    if content.get(39) != b"00":
        raise RuntimeError(f"a statement was answered {content.get(39)} {content.get(44, b'')}")
    text, tags = content.get(48, b""), {}
    while text:
        size = int(text[4:7])
        tags[int(text[:4])], text = text[7:7 + size].decode(), text[7 + size:]
    return tags


class Statement:
    """One card's statement of the months since `since`, through one connection."""

    def __init__(self, port, card, since):
        self.card, self.since, self.stan = card, since, 0
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def page(self, cursor=None):
        """(tags, microseconds from the sending to the whole answer)."""
        self.stan = self.stan % 999_999 + 1
        tags = [(40, self.since), (41, month_now())] + ([(42, cursor)] if cursor else [])
        request = statement_request(self.card, self.stan, tags)
        begun = time.perf_counter_ns()
        self.socket.sendall(request)
        received = b""
        while len(received) < 2 or len(received) < 2 + int.from_bytes(received[:2], "big"):
            block = self.socket.recv(8_192)
            if not block:
                raise RuntimeError("the switch closed the connection")
            received += block
        took_us = (time.perf_counter_ns() - begun) / 1_000
        return answer_tags(received[2:]), took_us

    def cursors(self):
        """Of all pages from the first, whose cursor is None; and how long that one took."""
        tags, first_us = self.page()
        found = [None]
        while 42 in tags:
            found.append(tags[42])
            tags, _ = self.page(tags[42])
        return found, first_us


def make_entries(options, folder, entries):
    """The card's number; a purchase of 1 won an entry, and the sale is one more."""
    one = copy.copy(options)
    one.cards = 1
    report = programs.run_bench(one, folder, {
        "mix": "purchase=1", "amount": 1, "rate": PURCHASES_A_SECOND, "warmup": 0,
        "seconds": entries / PURCHASES_A_SECOND})
    return (folder / "cards").read_text().split()[0], report["all"]["requests"]


def time_pages(statement, rounds):
    """Page 1, the late page and the last one in turns, so that what disturbs disturbs all."""
    cursors, first_us = statement.cursors()
    if len(cursors) < LATE_PAGE:
        raise RuntimeError(f"the statement has {len(cursors)} pages; {LATE_PAGE} are needed")
    asked = {"page_1": cursors[0], f"page_{LATE_PAGE}": cursors[LATE_PAGE - 1],
             "last_page": cursors[-1]}
    times = {name: [] for name in asked}
    for _ in range(rounds):
        for name, cursor in asked.items():
            times[name].append(statement.page(cursor)[1])
    middle = {name: statistics.median(values) for name, values in times.items()}
    figures = {f"{name}_us": round(value, 1) for name, value in middle.items()}
    figures |= {f"{name}_ratio": round(value / middle["page_1"], 3)
                for name, value in middle.items() if name != "page_1"}
    return {"pages": len(cursors), "first_time_us": round(first_us, 1), **figures}


def measure(options, folder, entries=ENTRIES, rounds=ROUNDS):
    """`folder` is begun anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    since = month_now()
    switch = programs.Switch(options, folder)
    try:
        card, purchases = make_entries(options, folder, entries)
        statement = Statement(options.port_base + OPERATOR_PORT, card, since)
        return {"purchases": purchases, **time_pages(statement, rounds)}
    finally:
        switch.end()


def words(figures):
    return (f"{figures['pages']:,} pages; p50: page 1 {figures['page_1_us']:,} us "
            f"({figures['first_time_us']:,} us when asked for the first time), "
            f"page {LATE_PAGE} {figures['page_500_us']:,} us ({figures['page_500_ratio']} times), "
            f"the last {figures['last_page_us']:,} us ({figures['last_page_ratio']} times)")
