"""Hostile bytes, made from golden requests: each choice is taken from a random.Random that is handed in."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenarios"))
sys.path.insert(0, os.path.join(HERE, "..", "golden"))
import annotate  # noqa: E402
from demo_world import STATIONS, iso, lot_card  # noqa: E402

PASSWORD = "12345678"  # of the stock cards
OTHER_DIGITS = "86420975"
TRUE_LENGTHS = (0, 1, 2, 7, 8, 13, 19, 99, 255, 999)
LIED_LENGTHS = (0, 1, 2, 6, 255, 8191, 8192, 8193, 9999, 65535)
CARDS = 20             # of the lot, so that the storm meets its own cards again
TAGS = ("0001", "0002", "0003", "0004", "0005", "0006", "0010", "0011", "0012", "0020", "0030", "0040",
        "0050", "0052", "9999")


def without_password(message):
    """Golden messages count up where any digits will do. The storm sends the password encrypted alone,
    so that digits which mutations moved to where the log shows them are not taken for it."""
    return {de: value.replace(PASSWORD, OTHER_DIGITS) if isinstance(value, str) else value
            for de, value in message.items()}


def golden_requests(profile):
    """The golden messages of a profile that ask for something, decoded."""
    found, folder = [], os.path.join(HERE, "..", "golden", profile)
    for name in sorted(os.listdir(folder)):
        golden = annotate.read_golden(profile, name.removesuffix(".txt"))
        _, data = iso.unframe(golden["header"], bytes.fromhex(golden["hex"]), "tpdu" in golden)
        message = iso.decode_message(profile, data)
        if message[0][2] in "02":
            found.append(without_password(message))
    return found


_requests = {station.profile: golden_requests(station.profile) for station in STATIONS.values()}


def request(rng, station):
    """A golden request as this station would send it: mostly right."""
    message = dict(rng.choice(_requests[station.profile]))
    message.pop(64, None)
    message.pop(128, None)
    if 11 in message:
        message[11] = f"{rng.randrange(1_000_000):06d}"
    for de, own in ((41, station.terminal), (42, station.merchant)):
        if de in message and rng.random() < 0.9:
            message[de] = own
    if 2 in message and rng.random() < 0.7:
        message[2] = lot_card(rng.randrange(CARDS))
    if 4 in message and rng.random() < 0.3:
        message[4] = f"{rng.choice((0, 1, 10, 1_000, 10_000, 999_999_999_999)):012d}"
    if 52 in message and rng.random() < 0.8:
        message[52] = iso.pin_block(station.pin_key, PASSWORD, message.get(2, "0"))
    return message


# Messages -----------------------------------------------------------------------------------------

def _elements(message):
    return sorted(set(message) - {0, 1})


def _some(rng, size):
    """Bytes of the kinds that a reader looks for, and others."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(size)
    alphabet = (b"0123456789", b"\x00\x09\x10\x99\x9a\xa9\xd1\xf0\xff", b" CD=?\x7f\n\r\x1b%09")[kind - 1]
    return bytes(rng.choice(alphabet) for _ in range(size))


def spoil_element(rng, profile, message):
    """One element is encoded wrongly: its prefix, its content, or all of it."""
    elements = _elements(message)
    if not elements:
        return
    de = rng.choice(elements)
    data = bytearray(iso.encode_field(profile, de, message[de]))
    how = rng.randrange(4)
    if how == 0 and data:
        data[rng.randrange(min(3, len(data)))] = rng.choice((0x00, 0x0A, 0x39, 0x99, 0xA0, 0xFF))
    elif how == 1 and data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif how == 2:
        data = bytearray(_some(rng, rng.randrange(64)))
    else:
        data += _some(rng, rng.randrange(1, 5))
    message[de] = iso.Raw(data)


def put_element(rng, profile, message):
    """One element more, or another value of one: right in form, odd in size or content."""
    de = rng.choice(sorted(iso.FIELDS))
    kind, length_kind, limit = iso.FIELDS[de]
    size = limit if length_kind == "F" else min(limit, rng.choice(TRUE_LENGTHS))
    if kind == "b":
        message[de] = rng.randbytes(size)
    elif kind == "a":
        message[de] = iso.to_text(_some(rng, size))
    else:
        digits = "".join(rng.choice("0123456789") for _ in range(size))
        message[de] = rng.choice("CD") + digits if kind == "x" else digits


def drop_element(rng, profile, message):
    elements = _elements(message)
    if elements:
        del message[rng.choice(elements)]


def spoil_tags(rng, profile, message):
    """DE 48: tags twice, unknown, empty, huge, with lengths that lie, or no tags at all."""
    tags = []
    for _ in range(rng.randrange(1, 8)):
        value = iso.to_text(_some(rng, rng.choice((0, 1, 3, 8, 12, 16, 20, 48, 60, 61))))
        length = len(iso.to_bytes(value)) + rng.choice((0, 0, 0, 0, 1, -1, 500))
        tags.append(f"{rng.choice(TAGS)}{max(0, length):03d}{value}")
    text = "".join(tags)[:rng.choice((1, 6, 7, 999, 999, 999))]
    data = iso.to_bytes(text)[:999]
    message[48] = iso.to_text(data)


def spoil_processing(rng, profile, message):
    """Another class or processing code, so that elements meet a handler that is not theirs."""
    message[0] = rng.choice(("0100", "0101", "0200", "0201", "0220", "0400", "0420", "0421", "0500", "0520",
                             "0600", "0800", "0801", "0210", "0810", "0000", "0999"))
    if rng.random() < 0.7:
        message[3] = rng.choice(("00", "20", "21", "28", "31", "33", "38", "90", "91", "92", "95", "99")) \
            + rng.choice(("0000", "2000", "0020", "9999"))


def spoil_original(rng, profile, message):
    """DE 90, 37 and 95 that name nothing, something, or nonsense."""
    if message[0][1] == "2":
        message[0] = rng.choice(("0400", "0420", "0200"))
    digits = "".join(rng.choice("0123456789") for _ in range(42))
    message[90] = rng.choice((digits, "0" * 42, "9" * 42, "0200" + digits[:6] + "0905013000" + "0" * 22))
    message[95] = iso.to_text(rng.choice((digits.encode(), b"0" * 42, b"9" * 42, _some(rng, 42))))


MESSAGE_MUTATIONS = (spoil_element, put_element, drop_element, spoil_tags, spoil_processing, spoil_original)


# Bytes --------------------------------------------------------------------------------------------

def flip(rng, data):
    for _ in range(rng.randrange(1, 6)):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def spoil_nibble(rng, data):
    if data:
        at = rng.randrange(len(data))
        data[at] = data[at] & 0x0F | rng.randrange(0xA, 0x10) << 4


def spoil_bitmap(rng, data):
    for at in range(2, min(len(data), 18)):
        if rng.random() < 0.2:
            data[at] ^= 1 << rng.randrange(8)


def cut(rng, data):
    del data[rng.randrange(len(data) + 1):]


def insert(rng, data):
    at = rng.randrange(len(data) + 1)
    data[at:at] = _some(rng, rng.randrange(1, 20))


def remove(rng, data):
    at = rng.randrange(len(data) + 1)
    del data[at:at + rng.randrange(1, 20)]


def repeat(rng, data):
    begin = rng.randrange(len(data) + 1)
    data[begin:begin] = data[begin:begin + rng.randrange(1, 200)]


BYTE_MUTATIONS = (flip, spoil_nibble, spoil_bitmap, cut, insert, remove, repeat)


# Frames -------------------------------------------------------------------------------------------

def _mac(rng, station):
    """The station's own, or none, or one that is wrong; stations without one get one as well."""
    if rng.random() < 0.85:
        return station.mac
    kind = rng.choice(("x9.19", "cmac"))
    return rng.choice((None, iso.Mac(kind, rng.randbytes(16))))


def _encoded(rng, station, message):
    options = {"always_secondary": True} if rng.random() < 0.1 else {}
    try:
        return bytearray(iso.encode_message(station.profile, message, _mac(rng, station), **options))
    except iso.FormatError:  # two mutations that do not go together
        return bytearray(_some(rng, 40))


def message_bytes(rng, station):
    """A message from the MTI on: as it should be, spoiled as a message, or spoiled as bytes."""
    message, kind = request(rng, station), rng.random()
    if 0.25 < kind < 0.75:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            rng.choice(MESSAGE_MUTATIONS)(rng, station.profile, message)
    data = _encoded(rng, station, message)
    if kind > 0.65:
        for _ in range(rng.choice((1, 1, 2, 4))):
            rng.choice(BYTE_MUTATIONS)(rng, data)
    return bytes(data)


def frame(rng, station):
    """(bytes, whether the frame itself is one): mostly whole, sometimes with a header that lies."""
    data, tpdu = message_bytes(rng, station), station.tpdu
    if rng.random() < 0.95 and data:
        return iso.frame(station.header, data[:iso.MAX_FRAME - len(tpdu) - 4], tpdu), True
    if rng.random() < 0.3:
        return _some(rng, rng.randrange(1, 300)), False
    length = rng.choice(LIED_LENGTHS + (max(0, len(data) - 1), len(data) + 1, len(data) + 5))
    return iso.pack_header(station.header, length % 10_000)[:iso.header_size(station.header)] + data, False
