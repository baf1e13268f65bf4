#!/usr/bin/env python3
"""Writes the golden messages: <profile>/<name>.txt, a whole frame in hexadecimal, what it decodes to, and
its masked description.

    generate.py           writes the files (and removes those that are no longer generated)
    generate.py --check   writes nothing; exit 1, naming every file that differs, is missing or is extra
"""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import iso8583 as iso  # noqa: E402

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


def questions(book):
    """0100 and 0101: verify and balance inquiry."""
    verify = book.shop("0100", "330000", "000101", de2=CARD, de4="000000005000", de49="410",
                       de52=book.pin("12345678", CARD))
    book.pair("verify", "A shop asks whether the card and its password are good for 5,000 won.",
              verify, "00", "Verified; DE 38 names it.",
              dict(de38="A00101", de54=card_balances(10000), de37="624810000101"))
    book.pair("verify-repeat", "The same verify sent again.", {**verify, 0: "0101"}, "00",
              "A repeat is answered with the same MTI as the first.",
              dict(de38="A00101", de54=card_balances(10000), de37="624810000101"))
    book.pair("verify-pin-number", "Verify by the PIN# in DE 2: an even count of twelve digits.",
              book.shop("0100", "330000", "000102", de2=PIN_NUMBER,
                        de52=book.pin("1234", PIN_NUMBER)), "55",
              "Wrong password.")
    book.pair("inquiry", "Balance inquiry with the password.",
              book.shop("0100", "310000", "000103", de2=CARD, de37="RRN000000103",
                        de52=book.pin("12345678", CARD)), "00",
              "The ledger and the available balance, and the last day of validity.",
              dict(de54=balance(10000, kind="01") + balance(8000),
                   de48=iso.pack_tags([("0006", "20310904")])))
    book.pair("inquiry-agent", "An agent's balance inquiry, without a password.",
              book.of_agent("0100", "310000", "000104", de2=CARD), "00",
              "The ledger and the available balance.",
              dict(de54=card_balances(10000), de48=iso.pack_tags([("0006", "20310904")])))


def purchases(book):
    """0200 and 0201: purchase, and its declines."""
    purchase = book.shop("0200", "000000", "000201", de2=CARD, de4="000000005000", de49="410",
                         de52=book.pin("12345678", CARD))
    book.pair("purchase", "A purchase of 5,000 won.", purchase, "00",
              "Approved, and what is left on the card.",
              dict(de38="A00201", de54=card_balances(5000), de37="624810000201"))
    book.pair("purchase-repeat", "The same purchase sent again, as a repeat.",
              {**purchase, 0: "0201"}, "00", "The first answer again.",
              dict(de38="A00201", de54=card_balances(5000), de37="624810000201"))
    book.pair("purchase-track2",
              "A purchase with the track 2 of odd length, MCC, entry mode, condition and an odd DE 32.",
              book.shop("0200", "000000", "000202", de2=CARD, de4="000000000001", de14="3109",
                        de18="5411", de22="021", de25="08", de32="12345678901",
                        de35=CARD + "=31092010000000000", de37="RRN000000202",
                        de43="DEMO MART              SEOUL          KR", de49="410",
                        de52=book.pin("12345678", CARD)), "00",
              "Approved; the answer repeats DE 18, 22, 25, 32 and 37.",
              dict(de38="A00202", de54=card_balances(4999)))
    book.pair("purchase-pin-number", "A purchase that names the card by its PIN#.",
              book.shop("0200", "000000", "000203", de2=PIN_NUMBER, de4="000000000100", de49="410"),
              "00", "Approved; the PIN# is repeated.",
              dict(de37="624810000203", de38="A00203", de54=card_balances(4899)))
    book.pair("purchase-foreign-card", "A purchase with a card of nineteen digits of another issuer.",
              book.shop("0200", "000000", "000204", de2=FOREIGN, de4="000000000100", de49="410",
                        de52=book.pin("1234", FOREIGN)), "92",
              "No route for this card.", dict(de37="624810000204"))
    without_amount = book.shop("0200", "000000", "000205", de2=CARD, de49="410",
                               de52=book.pin("12345678", CARD))
    book.pair("purchase-without-amount", "A purchase without DE 4.", without_amount, "30",
              "Format error: DE 44 names the missing field.",
              dict(de37="624810000205", de44="DE004"))
    book.pair("purchase-over-limit", "A purchase of more than a transaction may be.",
              book.shop("0200", "000000", "000206", de2=CARD, de4="000001000001", de49="410",
                        de52=book.pin("12345678", CARD)), "61",
              "Over an amount limit; DE 44 says which.", dict(de37="624810000206", de44="TXN"))
    book.pair("purchase-no-money", "A purchase of more than there is.",
              book.shop("0200", "000000", "000207", de2=CARD, de4="000000999999", de49="410",
                        de52=book.pin("12345678", CARD)), "51",
              "Not enough available balance.", dict(de37="624810000207"))
    for index, header in enumerate(iso.HEADERS):
        for tpdu in ("", "6001230456"):
            name = f"purchase-frame-{header}{'-tpdu' if tpdu else ''}"
            book.pair(name, f"A purchase in a frame with the {header} header"
                      + (" and a TPDU." if tpdu else "."),
                      book.shop("0200", "000000", f"00021{index}", de2=CARD, de4="000000000700",
                                de49="410"), "00", "Its answer"
                      + (", source and destination of the TPDU exchanged." if tpdu else "."),
                      dict(de37=f"62481000021{index}", de38=f"A0021{index}", de54=card_balances(300)),
                      header=header, tpdu=tpdu)


def refunds_and_reversals(book):
    """0200/20, 0400, 0401, 0420, 0421."""
    book.pair("refund-original-data", "A refund of 2,000 won of a purchase named by DE 90.",
              book.shop("0200", "200000", "000301", de2=CARD, de4="000000002000", de49="410",
                        de90=original_data("0200", "000201", GMT)), "00",
              "Refunded; DE 90 is repeated.",
              dict(de37="624810000301", de38="A00301", de54=card_balances(7000)))
    book.pair("refund-reference", "A refund of a purchase named by its DE 37 and DE 38.",
              book.shop("0200", "200000", "000302", de2=CARD, de4="000000003000",
                        de37="624810000201", de38="A00201", de49="410"), "00", "Refunded.",
              dict(de38="A00302", de54=card_balances(10000)))
    book.pair("refund-nothing-left", "A refund of a purchase that is refunded whole already.",
              book.shop("0200", "200000", "000303", de2=CARD, de4="000000000001",
                        de37="624810000201", de38="A00201", de49="410"), "25",
              "Nothing is left to refund.")

    def reversal(mti, stan, **fields):
        message = {0: mti, 7: "0905013100", 11: stan, 41: book.terminal, 42: book.merchant}
        message.update({int(de[2:]): value for de, value in fields.items()})
        return message

    whole = dict(de2=CARD, de3="000000", de4="000000005000", de49="410",
                 de90=original_data("0200", "000201", GMT, "12345678901", "98765"))
    book.pair("reversal-whole", "The reversal of a whole purchase, named by DE 90.",
              reversal("0400", "000401", **whole), "00", "Reversed.", dict(de37="624810000401"))
    book.pair("reversal-whole-repeat", "The same reversal sent again.",
              reversal("0401", "000401", **whole), "00", "The same answer; undone once.",
              dict(de37="624810000401"))
    part = dict(de2=CARD, de3="000000", de4="000000010000", de49="410",
                de90=original_data("0200", "000208", GMT), de95="000000003000" + "0" * 30)
    book.pair("reversal-partial", "A partial reversal: of 10,000 won 3,000 were really taken.",
              reversal("0420", "000402", **part), "00", "The other 7,000 won are given back.",
              dict(de37="624810000402"))
    book.pair("reversal-partial-repeat", "The same partial reversal sent again.",
              reversal("0421", "000402", **part), "00", "The same answer; given back once.",
              dict(de37="624810000402"))
    book.pair("reversal-by-reference", "A reversal that names its original by DE 37.",
              reversal("0400", "000403", de37="RRN000000202"), "00", "Reversed.")
    book.pair("reversal-by-stan", "A reversal that names its original by DE 11, 12 and 13.",
              reversal("0420", "000202", de12=TIME, de13=DATE), "00", "Reversed.",
              dict(de37="624810000404"))
    book.pair("reversal-names-nothing", "A reversal that names no original.",
              reversal("0400", "000405"), "30", "Format error: DE 44 names DE 90.",
              dict(de37="624810000405", de44="DE090"))


def sales(book):
    """0200/90, 0100/91 and 0200/92: an agent's sale, collect, activation."""
    tags = iso.pack_tags
    book.pair("sale", "An agent sells two cards of 10,000 won and one of 50,000 for cash.",
              book.of_agent("0200", "900000", "000501", de4="000000070000", de49="410",
                            de48=tags([("0001", "0100000205000001"), ("0012", "HONG01")])), "00",
              "Sold: order and number of cards; the agent's prefund in DE 54.",
              dict(de37="624810000501", de54=balance(899999930000, account="30"),
                   de48=tags([("0002", ORDER), ("0003", "003")])))
    book.pair("sale-stock-card", "An agent sells the stock card named in DE 2.",
              book.of_agent("0200", "900000", "000502", de2=CARD, de4="000000010000", de49="410",
                            de48=tags([("0001", "01000001")])), "00",
              "Sold and active at once.",
              dict(de37="624810000502", de54=balance(899999920000, account="30"),
                   de48=tags([("0002", "2026090500000018"), ("0003", "001")])))
    book.pair("sale-over-prefund", "A sale of more than the agent's prefund holds.",
              book.of_agent("0200", "900000", "000503", de4="000000200000", de49="410",
                            de48=tags([("0001", "10000002")])), "61",
              "Declined; DE 44 names the prefund.", dict(de37="624810000503", de44="PREFUND"))
    book.pair("collect", "The agent reads the second card of the order.",
              book.of_agent("0100", "910000", "000504", de48=tags([("0002", ORDER), ("0003", "002")])),
              "00", "Card number, PIN#, initial password under the agent's PIN key, validity.",
              dict(de2=CARD2, de37="624810000504",
                   de48=tags([("0004", PIN_NUMBER), ("0005", book.sealed("12345678", CARD2)),
                              ("0006", "20310904")])))
    book.pair("activation", "The buyer activates the card with a password and a hint, and registers.",
              book.of_agent("0200", "920000", "000505", de2=CARD2,
                            de52=book.pin("12345678", CARD2, "DEMO-AGENT"),
                            de48=tags([("0010", book.sealed("4321", CARD2)), ("0011", "우리집 번호"),
                                       ("0012", "HONG01")])), "00",
              "Active.", dict(de37="624810000505", de38="A00505", de54=card_balances(10000)))
    book.pair("unknown-tags", "DE 48 with a tag that nobody knows and an empty one.",
              book.of_agent("0100", "910000", "000506",
                            de48=tags([("0002", ORDER), ("7777", "LATER"), ("0003", "001"),
                                       ("0040", "")])), "25",
              "No such order.", dict(de37="624810000506"))
    book.pair("broken-tags", "DE 48 whose last tag announces more than there is.",
              book.of_agent("0100", "910000", "000507", de48="0002016" + ORDER + "0003003"), "30",
              "Format error of DE 48.", dict(de37="624810000507", de44="DE048"))


def held(balance_won, available_won):
    """DE 54 of a card with holds."""
    return balance(balance_won, kind="01") + balance(available_won)


def holds(book):
    """0100/00 and 0220/00: an amount is reserved, raised, and posted."""
    seat, name = "SEAT00000001", "H00901"
    book.pair("hold", "A hold of 3,000 won, named by its DE 37.",
              book.shop("0100", "000000", "000901", de2=CARD, de4="000000003000", de37=seat,
                        de49="410"), "00", "DE 38 names the hold; the balance stays, less is available.",
              dict(de38=name, de54=held(10000, 7000)))
    book.pair("hold-raised", "A further hold with the same DE 37: 2,000 won more.",
              book.shop("0100", "000000", "000902", de2=CARD, de4="000000002000", de37=seat,
                        de49="410"), "00", "The first DE 38 stays its name.",
              dict(de38=name, de54=held(10000, 5000)))
    book.pair("completion", "The completion of the hold with 4,200 won.",
              book.shop("0220", "000000", "000903", de2=CARD, de4="000000004200", de37=seat,
                        de38=name, de49="410"), "00", "Posted; the rest of the hold is free.",
              dict(de54=card_balances(5800)))
    book.pair("completion-for-less", "A completion of more than the hold of 5,000 won.",
              book.shop("0220", "000000", "000904", de2=CARD, de4="000000006000", de37=seat,
                        de38=name, de49="410"), "10", "Approved for less: DE 4 is what was posted.",
              dict(de4="000000005000", de54=card_balances(5000)))
    book.pair("completion-twice", "A completion of a hold that was completed.",
              book.shop("0220", "000000", "000905", de2=CARD, de4="000000004200", de37=seat,
                        de38=name, de49="410"), "25", "The hold is over.")
    book.pair("reversal-hold", "The reversal of a hold, by DE 90.",
              book.shop("0400", "000000", "000906", de2=CARD,
                        de90=original_data("0100", "000901", GMT)), "00", "What it held is free.")


def owners(book):
    """What an owner or the operator asks, and a bank's deposit."""
    site = {41: "SITE0001", 42: "DEMOCARDSITE001"}
    book.pair("password-change", "The owner changes his password, with a hint.",
              {**book.shop("0200", "930000", "000911", de2=CARD,
                           de52=book.pin("12345678", CARD, "DEMO-SITE"),
                           de48=iso.pack_tags([("0010", book.sealed("4321", CARD, "DEMO-SITE")),
                                      ("0011", "우리집 번호")])), **site}, "00", "Changed.")
    book.pair("password-forgotten", "The registered owner has forgotten it: 0012 instead of DE 52.",
              {**book.shop("0200", "930000", "000912", de2=CARD,
                           de48=iso.pack_tags([("0010", book.sealed("4321", CARD, "DEMO-SITE")),
                                      ("0012", "HONG01")])), **site}, "00", "Changed.")
    book.pair("registration", "The card gets a registered owner.",
              {**book.shop("0200", "940000", "000913", de2=CARD,
                           de52=book.pin("4321", CARD, "DEMO-SITE"),
                           de48=iso.pack_tags([("0012", "HONG01")])), **site}, "00", "Registered.")
    book.pair("block", "The card was lost.",
              {**book.shop("0200", "960000", "000914", de2=CARD,
                           de52=book.pin("4321", CARD, "DEMO-SITE")), **site}, "00", "Blocked.")
    book.pair("unblock", "The operator unblocks it.",
              {**book.shop("0200", "980000", "000915", de2=CARD), 41: "OPER0001",
               42: "DEMOOPERATOR001"}, "00", "Unblocked.")
    bank = {41: "BANK0001", 42: "DEMOBANK0000001"}
    book.pair("deposit", "A bank deposits 50,000 won into a card.",
              {**book.shop("0200", "210000", "000916", de2=CARD, de4="000000050000", de49="410"),
               **bank}, "00", "Deposited.", dict(de38="D00916"))
    book.pair("deposit-prefund", "A bank deposits 1,000,000 won into an agent's prefund.",
              {**book.shop("0200", "210000", "000917", de4="000001000000", de49="410",
                           de103=AGENT[2]), **bank}, "00", "Deposited.", dict(de38="D00917"))


def network(book):
    """0800."""
    for name, code, sentence in (("sign-on", "001", "Sign-on."), ("sign-off", "002", "Sign-off."),
                                 ("echo", "301", "Echo.")):
        book.pair(name, sentence, {0: "0800", 7: GMT, 11: f"0006{code[1:]}", 70: code}, "00",
                  "Its answer repeats DE 70.", dict(de70=code))
    book.pair("network-unknown", "An 0800 of a kind that is not served.",
              {0: "0800", 7: GMT, 11: "000699", 70: "999"}, "12", "No such transaction.",
              dict(de70="999"))


def with_mac(book):
    """The stations that seal their messages."""
    for mac, terminal, merchant in (("DEMO-BANG", "BANG0001", "DEMOPCBANG00001"),
                                    ("DEMO-TEL", "TEL00001", "DEMOTELEPHONE01")):
        kind = MACS[mac].kind
        name = kind.replace(".", "")
        place = {41: terminal, 42: merchant}
        book.pair(f"purchase-mac-{name}", f"A purchase with a MAC of {kind} in DE 64.",
                  {**book.shop("0200", "000000", "000701", de2=CARD, de4="000000001500", de49="410",
                               de52=book.pin("12345678", CARD, mac)), **place}, "00",
                  "Its answer carries one as well.",
                  dict(de37="624810000701", de38="A00701", de54=card_balances(8500)), mac=mac)
        book.pair(f"refund-mac-{name}",
                  f"A refund with DE 90, so that the MAC of {kind} stands in DE 128.",
                  {**book.shop("0200", "200000", "000702", de2=CARD, de4="000000001500", de49="410",
                               de90=original_data("0200", "000701", GMT)), **place}, "00",
                  "DE 90 is repeated, and the MAC stands in DE 128.",
                  dict(de37="624810000702", de38="A00702", de54=card_balances(10000)), mac=mac)
        book.pair(f"reversal-mac-{name}", f"A reversal with a MAC of {kind}.",
                  {0: "0400", 7: GMT, 11: "000703", 37: "624810000701", **place}, "00", "Reversed.",
                  mac=mac)
        book.pair(f"echo-mac-{name}", f"An echo with a MAC of {kind}, in DE 128 because of DE 70.",
                  {0: "0800", 7: GMT, 11: "000704", 70: "301"}, "00", "Its answer.",
                  dict(de70="301"), mac=mac)
    # A request whose MAC is wrong is a file of its own: it has no `mac:` line.
    book.put("0200-purchase-mac-wrong", "A purchase whose MAC is none of the station's.",
             {**book.shop("0200", "000000", "000705", de2=CARD, de4="000000001500", de49="410",
                          de64=b"WRONGMAC"), 41: "BANG0001", 42: "DEMOPCBANG00001"})


def everything(book):
    """Every data element of the table in one message; empty and odd lengths."""
    message = {0: "0200", 2: FOREIGN, 3: "000000", 4: "000000012345", 5: "000000012345",
               6: "000000012345", 7: GMT, 8: "00000150", 9: "61234567", 10: "61234567", 11: "000801",
               12: TIME, 13: DATE, 14: "3109", 15: DATE, 16: "0906", 17: "0905", 18: "5411",
               19: "410", 20: "410", 21: "410", 22: "051", 23: "001", 24: "200", 25: "00", 26: "12",
               27: "6", 28: "C00000000", 29: "D00000150", 30: "C99999999", 31: "D00000001",
               32: "12345678901", 33: "1234567890", 34: "EXTENDED-PAN-0001",
               35: FOREIGN + "=31092010000000000", 36: "9" * 40 + "=" + "1" * 63,
               37: "624810000801", 38: "A0 801", 39: "00", 40: "201", 41: "POS 1",
               42: "DEMOMART", 43: "DEMO MART              SEOUL          KR", 44: "EXT",
               45: "B4000123412341234567^HONG/GILDONG^31092010000", 46: "FEES", 47: "NATIONAL",
               48: iso.pack_tags([("0001", "01000001"), ("0002", ORDER), ("0003", "001"),
                                  ("0004", PIN_NUMBER), ("0005", "0123456789ABCDEF"),
                                  ("0006", "20310904"), ("0010", "FEDCBA9876543210"),
                                  ("0011", "강아지 이름"), ("0012", "HONG01"),
                                  ("0020", "0011223344556677"), ("0021", "123456"),
                                  ("0030", "0212345678"), ("0031", "180"), ("0032", "42"),
                                  ("0040", "202601"), ("0041", "202609"), ("0042", "P2"),
                                  ("0043", "X" * 103), ("0044", "SAC00000001000020260905"),
                                  ("0050", "00" * 24), ("0051", "ABCDEF"), ("0052", "P"),
                                  ("9999", "UNKNOWN")]),
               49: "410", 50: "840", 51: "392", 52: bytes.fromhex("0123456789ABCDEF"),
               53: "2001010100000000", 54: balance(10000, kind="01") + balance(8000, sign="D"),
               55: bytes.fromhex("9F2608A1B2C3D4E5F60718" "9F100706010A03A00000" "950500000080009A03260905"
                                 "5F2A020410"),
               56: "A", 57: "BC", 58: "DEF", 59: "주소", 60: "RESERVED 60", 61: "61", 62: "SIX TWO",
               63: "63 ", 66: "1", 67: "12", 68: "410", 69: "392", 70: "301", 71: "0001", 72: "9999",
               73: "260905"}
    message.update({de: f"{de * 1234567:010d}" for de in range(74, 82)})
    message.update({de: f"{de * 123456789:012d}" for de in range(82, 86)})
    message.update({de: f"{de * 12345678901:016d}" for de in range(86, 90)})
    message.update({90: original_data("0200", "000201", GMT, "12345678901", "98765"), 91: "1",
                    92: "23", 93: "ABCDEF", 94: "ABCDEFG", 95: "000000003000" + "0" * 30,
                    96: bytes(range(16)), 97: "D0000000000012345", 98: "PAYEE", 99: "1",
                    100: "12345678901", 101: "FILE NAME", 102: "110-200-300400", 103: "1100000001",
                    104: "DESCRIPTION " * 8 + "END.", 127: "0123456789" * 99 + "987654321"})
    message.update({de: "ISO %d" % de for de in range(105, 127)})
    assert len(iso.encode_message(book.profile, message)) < 8000
    book.put("0200-everything", "Every data element of the table but DE 64, whose place DE 128 takes.",
             message, mac="DEMO-TEL")
    empty = {0: "0200", 3: "000000", 7: GMT, 11: "000802"}
    empty.update({de: b"" if de == 55 else "" for de, (_, length, _) in iso.FIELDS.items()
                  if length != "F" and de not in (2, 102, 103) and de not in iso.CLEAR_FIELDS})
    book.put("0200-empty-fields", "The masked data elements of variable length, with length zero.",
             empty)
    book.put("0200-odd-lengths", "Digits and track 2 of odd length, and the shortest of each.",
             {0: "0200", 2: "4123412341234", 3: "000000", 7: GMT, 11: "000803", 32: "7", 33: "123",
              35: "4123412341234=3109", 99: "00001", 100: "9"})
    book.put("0810-declined-short", "The answer to an 0800 without DE 70.",
             {0: "0810", 7: GMT, 11: "000804", 39: "30", 44: "DE070"})


def generate():
    """{path below this folder: content}."""
    files = {}
    for profile in iso.PROFILES:
        book = Book(profile)
        for chapter in (questions, purchases, refunds_and_reversals, sales, holds, owners, network,
                        with_mac, everything):
            chapter(book)
        files.update(book.files)
    return files


def on_disk():
    found = {}
    for profile in iso.PROFILES:
        folder = os.path.join(HERE, profile)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            with open(os.path.join(folder, name), "rb") as file:
                found[os.path.join(profile, name)] = file.read()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    wanted, present = generate(), on_disk()
    different = sorted(path for path in wanted.keys() | present.keys()
                       if wanted.get(path) != present.get(path))
    if check:
        for path in different:
            why = "differs" if path in wanted and path in present else \
                "is missing" if path in wanted else "is not generated"
            print(f"{path} {why}")
        print(f"{len(wanted)} golden messages, {len(different)} not as generated")
        return 1 if different else 0
    for path in different:
        full = os.path.join(HERE, path)
        if path not in wanted:
            os.remove(full)
            continue
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(wanted[path])
    print(f"{len(wanted)} golden messages, {len(different)} written or removed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
