"""An ISO 8583:1987 codec for the tests, written from the wire contract and not from the C++ sources.

A message is a dict: key 0 is the MTI (four digits), every other key is a data element number. Values
are str for everything but the binary elements (52 55 64 96 128), which are bytes. Text is held as UTF-8
with surrogateescape, so any byte survives a decode and an encode. A value of class Raw goes onto the
wire exactly as it is, which is how a test writes a field that no honest encoder would.

Nothing here imports from outside the standard library but `cryptography` (Debian's python3-cryptography).
"""

import dataclasses

from cryptography.hazmat.primitives import cmac as _cmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

try:  # where newer releases keep it
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

MAX_FRAME = 8192


class FormatError(Exception):
    """A message that cannot be read; `de` is the first bad data element (None: MTI or bitmap)."""

    def __init__(self, de, reason):
        super().__init__(f"{'MTI or bitmap' if de is None else 'DE %03d' % de}: {reason}")
        self.de = de


class Raw(bytes):
    """Bytes that are put on the wire for a field without any encoding."""


# --------------------------------------------------------------------------------------------------
# The field table: (kind, length kind, length). Kinds: n digits, x sign and digits, z track 2,
# a characters (an, ans and the characters of track 3), b bytes. Length kinds: F fixed, LL, LLL.
# --------------------------------------------------------------------------------------------------

def _table():
    t = {}

    def put(numbers, kind, length_kind, length):
        for de in numbers:
            t[de] = (kind, length_kind, length)

    put([2], "n", "LL", 19)
    put([3], "n", "F", 6)
    put([4, 5, 6], "n", "F", 12)
    put([7], "n", "F", 10)
    put([8, 9, 10], "n", "F", 8)
    put([11, 12], "n", "F", 6)
    put(range(13, 19), "n", "F", 4)
    put(range(19, 25), "n", "F", 3)
    put([25, 26], "n", "F", 2)
    put([27], "n", "F", 1)
    put(range(28, 32), "x", "F", 8)
    put([32, 33], "n", "LL", 11)
    put([34], "a", "LL", 28)
    put([35], "z", "LL", 37)
    put([36], "a", "LLL", 104)
    put([37], "a", "F", 12)
    put([38], "a", "F", 6)
    put([39], "a", "F", 2)
    put([40], "a", "F", 3)
    put([41], "a", "F", 8)
    put([42], "a", "F", 15)
    put([43], "a", "F", 40)
    put([44], "a", "LL", 25)
    put([45], "a", "LL", 76)
    put([46, 47, 48], "a", "LLL", 999)
    put([49, 50, 51], "a", "F", 3)
    put([52], "b", "F", 8)
    put([53], "n", "F", 16)
    put([54], "a", "LLL", 120)
    put([55], "b", "LLL", 999)
    put(range(56, 64), "a", "LLL", 999)
    put([64], "b", "F", 8)
    put([66], "n", "F", 1)
    put([67], "n", "F", 2)
    put([68, 69, 70], "n", "F", 3)
    put([71, 72], "n", "F", 4)
    put([73], "n", "F", 6)
    put(range(74, 82), "n", "F", 10)
    put(range(82, 86), "n", "F", 12)
    put(range(86, 90), "n", "F", 16)
    put([90], "n", "F", 42)
    put([91], "a", "F", 1)
    put([92], "a", "F", 2)
    put([93], "a", "F", 6)
    put([94], "a", "F", 7)
    put([95], "a", "F", 42)
    put([96], "b", "F", 16)
    put([97], "x", "F", 16)
    put([98], "a", "F", 25)
    put([99, 100], "n", "LL", 11)
    put([101], "a", "LL", 17)
    put([102, 103], "a", "LL", 28)
    put([104], "a", "LLL", 100)
    put(range(105, 128), "a", "LLL", 999)
    put([128], "b", "F", 8)
    return t


FIELDS = _table()
BINARY_FIELDS = {de for de, (kind, _, _) in FIELDS.items() if kind == "b"}


@dataclasses.dataclass(frozen=True)
class Profile:
    """How numbers, the bitmap and binary elements stand on the wire."""
    name: str
    packed: bool      # MTI, digits and lengths as BCD; otherwise as ASCII digits
    hex_binary: bool  # bitmap and b elements as hexadecimal text; otherwise raw


PROFILES = {p.name: p for p in (
    Profile("iso87-binary", packed=True, hex_binary=False),
    Profile("iso87-ascii", packed=False, hex_binary=True),
    Profile("iso87-ascii-binary", packed=False, hex_binary=False),
)}


def profile_of(profile):
    return profile if isinstance(profile, Profile) else PROFILES[profile]


# --------------------------------------------------------------------------------------------------
# Pieces
# --------------------------------------------------------------------------------------------------

def to_bytes(text):
    return text.encode("utf-8", "surrogateescape")


def to_text(data):
    return bytes(data).decode("utf-8", "surrogateescape")


def _require_digits(de, text):
    if not (text.isascii() and text.isdigit()):
        raise FormatError(de, "not digits")


def _nibbles_to_bytes(text):
    return bytes.fromhex(text.replace("=", "D"))


def _pack_length(profile, length, digits):
    text = str(length).zfill(digits)
    if not profile.packed:
        return text.encode()
    return bytes.fromhex(text if len(text) % 2 == 0 else "0" + text)


def encode_field(profile, de, value):
    """The wire bytes of one data element, its length prefix included."""
    profile = profile_of(profile)
    if isinstance(value, Raw):
        return bytes(value)
    kind, length_kind, limit = FIELDS[de]
    if kind == "b":
        units = len(value)
        body = value.hex().upper().encode() if profile.hex_binary else bytes(value)
    elif kind == "a":
        body = to_bytes(value)
        if length_kind == "F":
            body = body.ljust(limit)
        units = len(body)
    elif kind == "x":
        sign, digits = value[:1], value[1:].zfill(limit)
        if sign not in ("C", "D"):
            raise FormatError(de, "no C or D before the digits")
        _require_digits(de, digits)
        units = len(digits)
        body = sign.encode() + (bytes.fromhex(digits) if profile.packed else digits.encode())
    else:
        text = value.zfill(limit) if length_kind == "F" else value
        if kind == "n":
            if text:
                _require_digits(de, text)
        elif not set(text) <= set("0123456789="):
            raise FormatError(de, "not track 2 characters")
        units = len(text)
        if not profile.packed:
            body = text.encode()
        elif len(text) % 2 == 0:
            body = _nibbles_to_bytes(text)
        elif length_kind == "F":
            body = _nibbles_to_bytes("0" + text)
        else:
            body = _nibbles_to_bytes(text + "0")
    if units > limit or (length_kind == "F" and units != limit):
        raise FormatError(de, f"{units} units, {limit} allowed")
    if length_kind == "F":
        return body
    return _pack_length(profile, units, len(length_kind)) + body


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count, de):
        if self.at + count > len(self.data):
            raise FormatError(de, "the message ends in it")
        piece = self.data[self.at:self.at + count]
        self.at += count
        return piece

    def digits(self, count, packed, de, pad_left=True, letters=""):
        """`count` digits; of an odd BCD count the pad nibble must be 0."""
        if not packed:
            text = self.take(count, de).decode("latin-1")
        else:
            text = self.take((count + 1) // 2, de).hex().upper().replace("D", "=")
            if count % 2:
                pad, text = (text[0], text[1:]) if pad_left else (text[-1], text[:-1])
                if pad != "0":
                    raise FormatError(de, "the padding nibble is not 0")
        if not all(c in "0123456789" + letters for c in text):
            raise FormatError(de, "not digits")
        return text


def decode_field(profile, de, reader):
    profile = profile_of(profile)
    if de not in FIELDS:
        raise FormatError(de, "not in the field table")
    kind, length_kind, limit = FIELDS[de]
    length = limit
    if length_kind != "F":
        length = int(reader.digits(len(length_kind), profile.packed, de))
        if length > limit:
            raise FormatError(de, f"length {length}, {limit} allowed")
    if kind == "n" or kind == "z":
        return reader.digits(length, profile.packed, de, length_kind == "F",
                             "=" if kind == "z" else "")
    if kind == "x":
        sign = to_text(reader.take(1, de))
        if sign not in ("C", "D"):
            raise FormatError(de, "no C or D before the digits")
        return sign + reader.digits(length, profile.packed, de)
    if kind == "a":
        return to_text(reader.take(length, de))
    if not profile.hex_binary:
        return bytes(reader.take(length, de))
    try:
        return bytes.fromhex(reader.take(2 * length, de).decode("ascii"))
    except ValueError:
        raise FormatError(de, "not hexadecimal") from None


# --------------------------------------------------------------------------------------------------
# Messages
# --------------------------------------------------------------------------------------------------

def bitmap_of(elements, always_secondary=False):
    """The 8 or 16 bytes of the bitmap for these data elements."""
    bits = set(elements) - {0}
    wide = always_secondary or any(de > 64 for de in bits)
    if wide:
        bits.add(1)
    value = sum(1 << ((128 if wide else 64) - de) for de in bits)
    return value.to_bytes(16 if wide else 8, "big")


def encode_message(profile, message, mac=None, always_secondary=False, bitmap=None):
    """The bytes of a message. `mac` is a Mac; its element, 64 or 128, is added at the end."""
    profile = profile_of(profile)
    message = dict(message)
    if mac is not None:
        wide = always_secondary or any(de > 64 for de in message)
        message.pop(64, None)
        message.pop(128, None)
        message[128 if wide else 64] = None
    mti = message[0]
    out = bytearray()
    if isinstance(mti, Raw):
        out += mti
    else:
        out += bytes.fromhex(mti) if profile.packed else mti.encode()
    if bitmap is None:
        bitmap = bitmap_of(message, always_secondary)
    out += bitmap.hex().upper().encode() if profile.hex_binary else bitmap
    for de in sorted(set(message) - {0, 1}):
        value = message[de]
        if value is None and mac is not None:
            value = mac.of(bytes(out))
        out += encode_field(profile, de, value)
    return bytes(out)


def decode_message(profile, data):
    """The dict of a message; FormatError names the first element that cannot be read (0: bytes left)."""
    profile = profile_of(profile)
    reader = _Reader(data)
    try:
        mti = reader.digits(4, profile.packed, None)
    except FormatError as error:
        raise FormatError(None, str(error)) from None

    def half():
        piece = reader.take(16 if profile.hex_binary else 8, None)
        if not profile.hex_binary:
            return piece
        try:
            return bytes.fromhex(piece.decode("ascii"))
        except ValueError:
            raise FormatError(None, "the bitmap is not hexadecimal") from None

    bits = half()
    if bits[0] & 0x80:
        bits += half()
    message = {0: mti}
    for de in range(2, 8 * len(bits) + 1):
        if bits[(de - 1) // 8] >> (7 - (de - 1) % 8) & 1:
            message[de] = decode_field(profile, de, reader)
    if reader.at != len(data):
        raise FormatError(0, "bytes after the last field")
    return message


def has_secondary(profile, data):
    """Whether bit 1 of an encoded message is set."""
    profile = profile_of(profile)
    start = 2 if profile.packed else 4
    first = data[start:start + 2].decode("ascii") if profile.hex_binary else data[start:start + 1].hex()
    return int(first, 16) >= 0x80


# --------------------------------------------------------------------------------------------------
# Frames: a length header, perhaps a TPDU (counted in the length), the message
# --------------------------------------------------------------------------------------------------

HEADERS = ("2-byte", "2-byte-inclusive", "4-ascii", "2-bcd")


def header_size(header):
    return 4 if header == "4-ascii" else 2


def pack_header(header, length):
    if header == "2-byte":
        return length.to_bytes(2, "big")
    if header == "2-byte-inclusive":
        return (length + 2).to_bytes(2, "big")
    if header == "4-ascii":
        return b"%04d" % length
    if header == "2-bcd":
        return bytes.fromhex("%04d" % length)
    raise ValueError(f"unknown header {header}")


def unpack_header(header, data):
    """How many bytes follow the header; ValueError when it is no length."""
    if header == "2-byte":
        return int.from_bytes(data, "big")
    if header == "2-byte-inclusive":
        length = int.from_bytes(data, "big") - 2
        if length < 0:
            raise ValueError("an inclusive length below its own size")
        return length
    text = data.decode("ascii") if header == "4-ascii" else data.hex()
    if not (text.isascii() and text.isdigit()):
        raise ValueError("the frame length is not digits")
    return int(text)


def frame(header, message, tpdu=b""):
    return pack_header(header, len(tpdu) + len(message)) + tpdu + message


def unframe(header, data, with_tpdu=False):
    """(tpdu, message) of one whole frame."""
    size = header_size(header)
    length = unpack_header(header, data[:size])
    if len(data) != size + length:
        raise ValueError(f"the frame announces {length} bytes and has {len(data) - size}")
    split = size + (5 if with_tpdu else 0)
    return data[size:split], data[split:]


def swap_tpdu(tpdu):
    """The answer's TPDU: the identifier, then source and destination exchanged."""
    return tpdu[:1] + tpdu[3:5] + tpdu[1:3]


# --------------------------------------------------------------------------------------------------
# DE 48
# --------------------------------------------------------------------------------------------------

def pack_tags(tags):
    """The text of DE 48 for a sequence of (tag, value) pairs."""
    return "".join(f"{tag}{len(to_bytes(value)):03d}{value}" for tag, value in tags)


def unpack_tags(text):
    """The (tag, value) pairs of a DE 48, or None when the sequence is broken."""
    data, at, tags = to_bytes(text), 0, []
    while at < len(data):
        head = data[at:at + 7]
        if len(head) < 7 or not (head.isascii() and head.isdigit()):
            return None
        length = int(head[4:])
        if at + 7 + length > len(data):
            return None
        tags.append((head[:4].decode(), to_text(data[at + 7:at + 7 + length])))
        at += 7 + length
    return tags


# --------------------------------------------------------------------------------------------------
# Cryptography
# --------------------------------------------------------------------------------------------------

def _tdes(key, block, encrypt):
    key = key * 3 if len(key) == 8 else key + key[:8]  # 8 bytes: single DES; 16: K1 K2 K1
    cipher = Cipher(TripleDES(key), modes.ECB())
    step = cipher.encryptor() if encrypt else cipher.decryptor()
    return step.update(block) + step.finalize()


def tdes_encrypt(key, block):
    return _tdes(key, block, True)


def tdes_decrypt(key, block):
    return _tdes(key, block, False)


def retail_mac(key, data):
    """ANSI X9.19: ISO 9797-1 algorithm 3 with DES, padding method 1 (zero bytes to a whole block)."""
    left, right = key[:8], key[8:16]
    if not data or len(data) % 8:
        data += bytes(8 - len(data) % 8)
    state = bytes(8)
    for at in range(0, len(data), 8):
        state = tdes_encrypt(left, bytes(a ^ b for a, b in zip(state, data[at:at + 8])))
    return tdes_encrypt(left, tdes_decrypt(right, state))


def aes_cmac(key, data):
    """RFC 4493, all sixteen bytes."""
    mac = _cmac.CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


@dataclasses.dataclass(frozen=True)
class Mac:
    """A station's MAC: kind `x9.19` or `cmac`, and its key."""
    kind: str
    key: bytes

    def of(self, data):
        return retail_mac(self.key, data) if self.kind == "x9.19" else aes_cmac(self.key, data)[:8]


def mac_is_right(profile, data, mac):
    """Whether an encoded message carries the right MAC in its last element."""
    profile = profile_of(profile)
    message = decode_message(profile, data)
    de = 128 if has_secondary(profile, data) else 64
    if de not in message:
        return False
    size = 16 if profile.hex_binary else 8
    return message[de] == mac.of(data[:-size])


def account_part(number):
    """The twelve digits left of the last one, filled with zeros on the left."""
    return number[:-1][-12:].zfill(12)


def clear_pin_block(pin, number):
    """ISO 9564 format 0, not yet enciphered."""
    pin_field = f"0{len(pin):X}{pin}".ljust(16, "F")
    return bytes(a ^ b for a, b in zip(bytes.fromhex(pin_field),
                                       bytes.fromhex("0000" + account_part(number))))


def pin_block(key, pin, number):
    return tdes_encrypt(key, clear_pin_block(pin, number))


def pin_of_block(key, block, number):
    """The PIN inside a format 0 block, or None when it is none."""
    clear = tdes_decrypt(key, block)
    text = bytes(a ^ b for a, b in zip(clear, bytes.fromhex("0000" + account_part(number)))).hex()
    length = int(text[1], 16)
    pin, fill = text[2:2 + length], text[2 + length:]
    if text[0] != "0" or not 4 <= length <= 12 or not pin.isdigit() or set(fill) - {"f"}:
        return None
    return pin


def luhn_digit(digits):
    """The check digit that makes `digits` a valid card number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


# --------------------------------------------------------------------------------------------------
# The masked description: what is not declared harmless is not printed
# --------------------------------------------------------------------------------------------------

CLEAR_FIELDS = (set(range(3, 34)) - {14}) | {37, 38, 39, 40, 41, 42, 43, 44, 49, 50, 51, 54} \
    | (set(range(66, 102)) - {96})
CLEAR_TAGS = {"0001", "0002", "0003", "0006", "0021", "0031", "0032", "0040", "0041", "0042",
              "0051", "0052"}


def mask_number(number):
    """A PIN# keeps its first eight digits, a card number its first six and last four."""
    if len(number) == 12:
        return number[:8] + "****"
    if len(number) < 13:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def _units(value):
    return len(value) if isinstance(value, bytes) else len(to_bytes(value))


def describe(message):
    """The lines of the masked description of a message."""
    lines = [f"MTI {message[0]}"]
    for de in sorted(set(message) - {0, 1, 65}):
        value = message[de]
        tags = unpack_tags(value) if de == 48 else None
        if de == 2:
            shown = mask_number(value)
        elif de in (102, 103):
            shown = "*" * (len(value) - 4) + value[-4:]
        elif de in CLEAR_FIELDS:
            shown = value.rstrip(" ")
        elif tags is not None:
            shown = "[tags]"
        else:
            shown = f"[masked {_units(value)}]"
        lines.append(f"DE {de:03d} {shown}")
        for tag, content in tags or ():
            if tag == "0004" and len(content) >= 8:
                content = content[:8] + "****"
            elif tag not in CLEAR_TAGS:
                content = f"[masked {_units(content)}]"
            lines.append(f"48.{tag} {content}")
    return lines
