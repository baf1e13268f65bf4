#!/usr/bin/env python3
"""Writes docs/messages.md: golden messages byte by byte, for people to read.

Without arguments it writes the page; with --check it fails when the page is not what it would write.
"""

import pathlib
import sys

import iso8583

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "messages.md"

# Each request with its answer, in the order of the guide.
SHOWN = [
    ("iso87-binary", [
        ("0100-verify", "0110-verify"), ("0100-inquiry", "0110-inquiry"),
        ("0200-purchase", "0210-purchase"), ("0200-purchase-no-money", "0210-purchase-no-money"),
        ("0200-purchase-over-limit", "0210-purchase-over-limit"),
        ("0200-purchase-without-amount", "0210-purchase-without-amount"),
        ("0200-refund-original-data", "0210-refund-original-data"),
        ("0200-refund-reference", "0210-refund-reference"),
        ("0100-hold", "0110-hold"), ("0100-hold-raised", "0110-hold-raised"),
        ("0220-completion", "0230-completion"),
        ("0220-completion-for-less", "0230-completion-for-less"),
        ("0100-call", "0110-call"), ("0100-call-renewed", "0110-call-renewed"),
        ("0220-call-completed", "0230-call-completed"),
        ("0220-call-unanswered", "0230-call-unanswered"),
        ("0220-call-too-long", "0230-call-too-long"),
        ("0400-reversal-hold", "0410-reversal-hold"),
        ("0400-reversal-whole", "0410-reversal-whole"),
        ("0420-reversal-partial", "0430-reversal-partial"),
        ("0420-reversal-by-stan", "0430-reversal-by-stan"),
        ("0200-sale", "0210-sale"), ("0200-sale-stock-card", "0210-sale-stock-card"),
        ("0100-collect", "0110-collect"), ("0200-activation", "0210-activation"),
        ("0200-password-change", "0210-password-change"),
        ("0200-password-forgotten", "0210-password-forgotten"),
        ("0200-registration", "0210-registration"), ("0200-block", "0210-block"),
        ("0200-unblock", "0210-unblock"), ("0200-deposit", "0210-deposit"),
        ("0200-deposit-prefund", "0210-deposit-prefund"),
        ("0200-recharge", "0210-recharge"), ("0200-recharge-over-cap", "0210-recharge-over-cap"),
        ("0400-reversal-recharge", "0410-reversal-recharge"),
        ("0100-inquiry-points", "0110-inquiry-points"), ("0200-points", "0210-points"),
        ("0100-statement", "0110-statement"), ("0100-statement-next", "0110-statement-next"),
        ("0800-sign-on", "0810-sign-on"), ("0800-sign-off", "0810-sign-off"),
        ("0800-echo", "0810-echo"),
        ("0200-purchase-mac-x919", "0210-purchase-mac-x919"),
        ("0200-purchase-mac-cmac", "0210-purchase-mac-cmac"),
        ("0200-purchase-frame-2-bcd-tpdu", "0210-purchase-frame-2-bcd-tpdu")]),
    ("iso87-ascii", [("0200-purchase", "0210-purchase")]),
    ("iso87-ascii-binary", [("0200-purchase", "0210-purchase")]),
]

NAMES = {
    2: "card number or PIN#", 3: "processing code", 4: "amount, won", 7: "transmission date and time, GMT",
    11: "STAN", 12: "local time", 13: "local date", 14: "expiry date", 15: "business day",
    18: "merchant category", 22: "entry mode", 25: "condition code", 32: "acquiring institution",
    35: "track 2", 37: "reference (RRN)", 38: "approval", 39: "answer", 41: "terminal", 42: "merchant",
    44: "what was wrong", 48: "tags", 49: "currency", 52: "PIN block", 54: "balances", 64: "MAC",
    70: "network management code", 90: "original", 95: "what it really was", 103: "to account", 128: "MAC",
}


def read_golden(profile, name):
    """The leading lines of a golden file: its sentence and what stands before `fields:`."""
    golden = {"title": ""}
    for line in (HERE / profile / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and not golden["title"]:
            golden["title"] = line[2:]
        elif line == "fields:":
            break
        elif ": " in line:
            key, value = line.split(": ", 1)
            golden[key] = value
    return golden


def shown_value(de, value):
    if isinstance(value, bytes):
        return value.hex().upper()
    if de == 48:
        return tags_of(value)
    return value


def tags_of(text):
    data, parts = iso8583.to_bytes(text), []
    while data:
        tag, size = data[:4].decode(), int(data[4:7])
        value = " ".join(iso8583.to_text(data[7:7 + size]).split())  # entries are filled with blanks
        parts.append(f"{tag}={value}")
        data = data[7 + size:]
    return " ".join(parts)


def rows_of(golden):
    """(bytes, what they are) of a whole frame, piece by piece."""
    frame = bytes.fromhex(golden["hex"])
    profile = iso8583.profile_of(golden["profile"])
    header = 4 if golden["header"] == "4-ascii" else 2
    rows = [(frame[:header], f"length ({golden['header']})")]
    if "tpdu" in golden:
        rows.append((frame[header:header + 5], "TPDU"))
        header += 5
    message = frame[header:]
    mti = 2 if profile.packed else 4
    half = 16 if profile.hex_binary else 8
    bitmap = half * (2 if iso8583.has_secondary(profile, message) else 1)
    rows.append((message[:mti], "MTI"))
    rows.append((message[mti:mti + bitmap], "bitmap"))
    reader = iso8583._Reader(message)
    reader.at = mti + bitmap
    for de in sorted(set(iso8583.decode_message(profile, message)) - {0, 1}):
        start = reader.at
        value = iso8583.decode_field(profile, de, reader)
        rows.append((message[start:reader.at], f"DE {de} {NAMES[de]}: {shown_value(de, value)}"))
    return rows


def wrapped(data):
    text = data.hex().upper()
    return [text[i:i + 32] for i in range(0, len(text), 32)]


def block_of(golden):
    lines = []
    for data, what in rows_of(golden):
        pieces = wrapped(data)
        lines.append(f"{pieces[0]:<32}  {what}".rstrip())
        lines.extend(pieces[1:])
    return ["```", *lines, "```"]


def page():
    out = ["# Messages, byte by byte", "",
           "Every message this release serves, with its answer, from the project's golden messages (made by",
           "`tests/golden/generate.py`, which knows nothing of the switch's own code). The cards, stations and",
           "keys are the demo world's. The guide is [protocol.md](protocol.md); this page is written by",
           "`tests/golden/annotate.py`.", ""]
    for profile, pairs in SHOWN:
        out += [f"## {profile}", ""]
        for pair in pairs:
            for name in pair:
                golden = read_golden(profile, name)
                out += [f"### {name}", "", golden["title"], "", *block_of(golden), ""]
    return "\n".join(out).rstrip() + "\n"


def main():
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            print(f"{PAGE.name} is not what the golden messages say: run tests/golden/annotate.py")
            return 1
        return 0
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
