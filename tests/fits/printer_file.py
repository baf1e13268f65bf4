#!/usr/bin/env python3
"""Reads files for the card printer with nothing but docs/printer_file.md: its example, and a lot of the switch just built.

    printer_file.py --switch PROGRAM --cpctl PROGRAM --config FILE
"""

import argparse
import hashlib
import hmac
import os
import re
import subprocess
import sys
import tempfile

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
from switch_process import Switch  # noqa: E402

CARDS = 2000
TITLES = "number,pin,password"


class Wrong(Exception):
    """A file is not as the document says."""


def need(right, what):
    if not right:
        raise Wrong(what)


def number(data, at, size):
    need(len(data) >= at + size, "cut short")
    return int.from_bytes(data[at:at + size], "big")


def read(data, printer_key):
    """(lot, key's number, face value, lines below the titles)"""
    need(data[:8] == b"CPLOT001", "no such file")
    need(len(data) >= 48 and data[14:16] == bytes(2), "no head")
    cipher = AESGCM(hmac.new(printer_key, data[:48], hashlib.sha256).digest())
    text, at, chunk, is_last = b"", 48, 0, False
    while not is_last:
        chunk += 1
        size, flag = number(data, at + 8, 4), number(data, at + 4, 4)
        need(number(data, at, 4) == chunk and flag in (0, 1) and size <= 65536, f"chunk {chunk}: its head")
        end = at + 12 + size + 16
        need(len(data) >= end, "cut short")
        try:
            text += cipher.decrypt(bytes(8) + chunk.to_bytes(4, "big"), data[at + 12:end], data[at:at + 12])
        except InvalidTag:
            raise Wrong(f"chunk {chunk}: its tag") from None
        need(text.endswith(b"\n"), f"chunk {chunk}: ends within a line")
        at, is_last = end, flag == 1
    need(at == len(data), "more behind the last chunk")
    lines = text.decode("ascii").splitlines()
    need(lines[0] == TITLES, "the titles")
    return number(data, 8, 4), number(data, 12, 2), number(data, 16, 8), lines[1:]


def luhn_is_right(digits):
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def check_example():
    with open(os.path.join(HERE, "..", "..", "docs", "printer_file.md"), encoding="utf-8") as file:
        page = file.read().split("## Example")[1]
    key = bytes.fromhex(re.search(r"`([0-9a-f]{64})`", page).group(1))
    blocks = re.findall(r"```\n(.*?)```", page, re.S)
    data = bytes.fromhex("".join(blocks[0].split()))
    lot, key_id, face, lines = read(data, key)
    need((lot, key_id, face) == (7, 1, 10000), "the example's head")
    need([TITLES] + lines == blocks[1].split(), "the example's text")
    for at in range(len(data)):
        altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
        for other in (altered, data[:at]):
            try:
                read(other, key)
            except (Wrong, UnicodeDecodeError):
                continue
            raise Wrong(f"altered or cut short at byte {at}, and it was read")


def cpctl(options, switch, *words):
    done = subprocess.run([options.cpctl, "--data", switch.data, *words], capture_output=True, text=True,
                          timeout=120, check=False)
    need(done.returncode == 0, f"cpctl {' '.join(words)}: {done.stderr}")
    return done.stdout


def check_switch(options, folder):
    with open(os.path.join(os.path.dirname(options.config), "demo.keys"), encoding="utf-8") as file:
        key = bytes.fromhex(re.search(r"^printer 1 (\w{64})$", file.read(), re.M).group(1))
    switch = Switch(options.switch, options.config, 30, keep=False)
    try:
        switch.start(["ledger.window=1s"])
        cpctl(options, switch, "lot", "create", "--face", "50000", "--count", str(CARDS))
        path = os.path.join(folder, "lot")
        cpctl(options, switch, "lot", "print", "1", "--to", path)
        with open(path, "rb") as file:
            lot, key_id, face, lines = read(file.read(), key)
        need((lot, key_id, face, len(lines)) == (1, 1, 50000, CARDS), "the lot's head")
        for line in lines:
            need(re.fullmatch(r"941012\d{10},\d{12},\d{8}", line), "a line of another form")
            need(luhn_is_right(line[:16]), "a number whose last digit is wrong")
        need(len({line[:16] for line in lines}) == CARDS, "a number twice")
        shown = cpctl(options, switch, "card", lines[-1].split(",")[1])
        need(lines[-1][12:16] in shown and "50,000" in shown, "the last PIN# is not the last card's")
    finally:
        switch.close()


def main():
    parser = argparse.ArgumentParser()
    for name in ("switch", "cpctl", "config"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    try:
        check_example()
        with tempfile.TemporaryDirectory() as folder:
            check_switch(options, folder)
    except Wrong as wrong:
        print(f"printer_file: {wrong}")
        return 1
    print(f"printer_file: the example and {CARDS} cards of a lot were read by the document")
    return 0


if __name__ == "__main__":
    sys.exit(main())
