"""The parties of the golden messages, and the book that their pairs are written into."""

import os

import iso8583 as iso

PIN_KEYS = {name: bytes.fromhex(key) for name, key in {
    "DEMO-POS": "1C5B2A79D0E34F86A8B3C49D5E6E7080",
    "DEMO-BANG": "2A6E3D58C1F14A97B9C4D5AE6E708092",
    "DEMO-TEL": "3B7F4F68D3C15BA8CBD5E6BF708092A2",
    "DEMO-AGENT": "4C805E7AE3D36BB9DAE6F7C18092A2B5",
    "DEMO-SITE": "5D916E8AF4E37CCBECF708D092A2B5C4",
    "DEMO-ASCII": "7FB38FAD16049EEC0E192AF2B5C4D6E6",
    "DEMO-VEND": "8FC49EBF2616AEFD1F2A3B04C4D6E6F8",
}.items()}
MACS = {
    "DEMO-BANG": iso.Mac("x9.19", bytes.fromhex("31F7A2C84CB597E0C2D9B5E07A6E8034")),
    "DEMO-TEL": iso.Mac("cmac", bytes.fromhex("603DEB1015CA71BE2B73AEF0857D7781")),
}

# The merchant's station of each profile: station, frame header, TPDU, DE 41, DE 42.
SHOPS = {
    "iso87-binary": ("DEMO-POS", "2-byte", "", "POS00001", "DEMOMART0000001"),
    "iso87-ascii": ("DEMO-ASCII", "4-ascii", "", "ASC00001", "DEMOMALL0000001"),
    "iso87-ascii-binary": ("DEMO-VEND", "2-bcd", "6000010002", "VEN00001", "DEMOVENDING0001"),
}
AGENT = ("DEMO-AGENT", "AGT00001", "DEMOAGENT000001")

CARD = "9410129900000011"      # the first card of the demo lot
CARD2 = "941012990000002" + iso.luhn_digit("941012990000002")
PIN_NUMBER = "903456781234"    # a PIN#
FOREIGN = "4000123412341234567"  # nineteen digits, of a card company
GMT, TIME, DATE = "0905013000", "103000", "0905"  # 10:30 in Seoul
ORDER = "2026090500000017"

# What an answer repeats of its request.
ECHOED = (2, 3, 4, 7, 11, 12, 13, 18, 22, 25, 32, 37, 41, 42, 49, 90, 103)


def balance(amount, account="00", kind="02", sign="C"):
    """One group of DE 54."""
    return f"{account}{kind}410{sign}{amount:012d}"


def card_balances(amount):
    """DE 54 of a card without holds: its ledger balance and what is available of it."""
    return balance(amount, kind="01") + balance(amount)


def original_data(mti, stan, de7, acquirer="0", forwarder="0"):
    """DE 90."""
    return mti + stan + de7 + acquirer.zfill(11) + forwarder.zfill(11)


class Book:
    """The golden messages of one profile."""

    def __init__(self, profile):
        self.profile = profile
        self.station, self.header, tpdu, self.terminal, self.merchant = SHOPS[profile]
        self.tpdu = bytes.fromhex(tpdu)
        self.files = {}

    # Building blocks ------------------------------------------------------------------------------

    def shop(self, mti, processing, stan, **fields):
        """A request from the profile's merchant with what every 01xx and 02xx needs."""
        message = {0: mti, 3: processing, 7: GMT, 11: stan, 12: TIME, 13: DATE,
                   41: self.terminal, 42: self.merchant}
        message.update({int(de[2:]): value for de, value in fields.items()})
        return message

    def of_agent(self, mti, processing, stan, **fields):
        return {**self.shop(mti, processing, stan, **fields), 41: AGENT[1], 42: AGENT[2]}

    def pin(self, pin, number, station=None):
        return iso.pin_block(PIN_KEYS[station or self.station], pin, number)

    def sealed(self, pin, number, station="DEMO-AGENT"):
        """A password inside DE 48: the PIN block in hexadecimal."""
        return self.pin(pin, number, station).hex().upper()

    def answer(self, request, code, **fields):
        """The answer to a request: its MTI, what is echoed, DE 15, DE 39, and the rest given."""
        mti = request[0][:2] + f"{int(request[0][2]) + 1}0"
        message = {0: mti, 39: code}
        message.update({de: request[de] for de in ECHOED if de in request})
        if mti[1] in "124":
            message[15] = DATE
            message.setdefault(37, "624810" + request[11])  # made where the request has none
        message.update({int(de[2:]): value for de, value in fields.items()})
        return message

    # Files ----------------------------------------------------------------------------------------

    def put(self, name, sentence, message, mac=None, header=None, tpdu=None):
        header = header or self.header
        tpdu = self.tpdu if tpdu is None else bytes.fromhex(tpdu)
        if tpdu and message[0][2] in "13":  # an answer goes back to where the request came from
            tpdu = iso.swap_tpdu(tpdu)
        data = iso.encode_message(self.profile, message, MACS[mac] if mac else None)
        whole = iso.frame(header, data, tpdu)
        back_tpdu, back = iso.unframe(header, whole, bool(tpdu))
        decoded = iso.decode_message(self.profile, back)
        assert back_tpdu == tpdu and iso.encode_message(self.profile, decoded) == data, name
        if mac:
            assert iso.mac_is_right(self.profile, data, MACS[mac]), name
        lines = [f"# {sentence}", f"profile: {self.profile}", f"header: {header}"]
        if tpdu:
            lines.append(f"tpdu: {tpdu.hex().upper()}")
        if mac:
            lines.append(f"mac: {MACS[mac].kind} {mac}")
        lines.append(f"hex: {whole.hex().upper()}")
        lines.append("fields:")
        lines += [f"{'MTI' if de == 0 else de} {shown(decoded[de])}" for de in sorted(decoded)]
        lines.append("description:")
        lines += iso.describe(decoded)
        path = os.path.join(self.profile, name + ".txt")
        assert path not in self.files, path
        self.files[path] = ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")

    def pair(self, name, sentence, request, code, answer_sentence, answer=None, **how):
        """A request and its answer: <mti>-<name>, both."""
        back = self.answer(request, code, **(answer or {}))
        self.put(f"{request[0]}-{name}", sentence, request, **how)
        self.put(f"{back[0]}-{name}", answer_sentence, back, **how)


def shown(value):
    """A field's value as the files print it."""
    if isinstance(value, bytes):
        value = value.hex().upper()
    return f'"{value}"' if value != value.strip(" ") or not value else value
