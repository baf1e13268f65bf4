"""First inputs for the fuzz targets, made from the golden messages."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "..", "tests", "golden")
sys.path.insert(0, GOLDEN)
import annotate  # noqa: E402
import iso8583 as iso  # noqa: E402

PROFILES = ("iso87-binary", "iso87-ascii", "iso87-ascii-binary")  # as message.cpp numbers them
RECEIVE, FRAME, START, ANSWER, SEND, PASS, FAIL, END, STOP, MANY = range(10)  # steps of session.cpp


def golden_frames():
    """(profile, choice of header and TPDU as the targets read it, whole frame, its message)."""
    for profile in PROFILES:
        for name in sorted(os.listdir(os.path.join(GOLDEN, profile))):
            golden = annotate.read_golden(profile, name.removesuffix(".txt"))
            frame, has_tpdu = bytes.fromhex(golden["hex"]), "tpdu" in golden
            _, message = iso.unframe(golden["header"], frame, has_tpdu)
            choice = iso.HEADERS.index(golden["header"]) + (4 if has_tpdu else 0)
            yield profile, choice, frame, message


def in_pieces(data, size):
    """Steps that receive the bytes in pieces."""
    steps = b""
    for at in range(0, len(data), size):
        piece = data[at:at + size]
        steps += bytes((RECEIVE, len(piece))) + piece
    return steps


def sessions():
    frames = [(choice, frame) for _, choice, frame, _ in golden_frames() if len(frame) < 256]
    for number, (choice, frame) in enumerate(frames[::20]):
        head = bytes((choice, number % 16, number * 7 % 256))
        answered = bytes((ANSWER, 50, SEND, 255))
        yield head + in_pieces(frame, 255) + answered
        yield head + in_pieces(frame * 3, 100) + 3 * answered + bytes((END, 0))
        yield head + in_pieces(frame[:-1], 20) + bytes((PASS, 110))
    for choice in range(8):
        yield bytes((choice, 3, 9, FRAME, 255, FRAME, 255, ANSWER, 200, FRAME, 255, SEND, 9))
        yield bytes((choice, 15, 1, MANY, 31, MANY, 20, ANSWER, 255, ANSWER, 255, PASS, 120))
        yield bytes((choice, 2, 200, START, 0, FRAME, 9, START, 0, ANSWER, 1, FAIL, 0))
        yield bytes((choice, 2, 200, FRAME, 3, STOP, 0, ANSWER, 9, SEND, 9, PASS, 255, PASS, 255))


def tags():
    """A DE 48 for each reader of a value: right, at its bounds, and just beyond them."""
    values = [("0001", "0100000203000001"), ("0001", "99999999" * 6), ("0001", "01000001" * 7),
              ("0003", "012"), ("0010", "0123456789ABCDEF"), ("0010", "0123456789abcdef"),
              ("0012", "c" * 20), ("0012", "c" * 21), ("0011", "h" * 60), ("0011", "h" * 61)]
    values += [("0011", text) for text in ("\x7f\x80\u07ff", "\u0800\ud7ff", "\ue000\uffff", "\U00010000",
                                           "\U0010ffff")]
    wrong = [bytes.fromhex(text) for text in ("80", "C1BF", "C2", "E09FBF", "EDA080", "F08FBFBF", "F4908080")]
    values += [("0011", iso.to_text(data)) for data in wrong]
    return [iso.to_bytes(iso.pack_tags([value])) for value in values]


def packagers():
    """The shipped files, and golden messages behind right files and ones that are spoiled a little."""
    for profile in PROFILES:
        with open(os.path.join(HERE, "..", "config", "packagers", f"{profile}.xml"), "rb") as file:
            yield b"\x01" + file.read()
    messages = [message for profile, _, _, message in golden_frames() if profile == PROFILES[0]]
    for number, message in enumerate(messages):
        yield bytes((0, 0)) + message
        yield bytes((0, 1, 2 + number, number % 30, 0, number % 4)) + message


def seeds(target):
    """The inputs of one target, each one once."""
    if target == "frame":
        found = [bytes((choice,)) + frame for _, choice, frame, _ in golden_frames()]
    elif target == "message":
        found = [bytes((PROFILES.index(profile),)) + message
                 for profile, _, _, message in golden_frames()]
    elif target == "de48":
        messages = (iso.decode_message(profile, message) for profile, _, _, message in golden_frames())
        found = [iso.to_bytes(message[48]) for message in messages if 48 in message] + tags()
    elif target == "session":
        found = list(sessions())
    elif target == "packager":
        found = list(packagers())
    else:
        found = []
    return sorted(set(found))
