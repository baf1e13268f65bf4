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
from golden_book import (  # noqa: E402
    AGENT, Book, CARD, CARD2, DATE, FOREIGN, GMT, MACS, ORDER, PIN_NUMBER, TIME, balance, card_balances,
    original_data)

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


def statement_entry(moment, kind, sign, amount, after, number, merchant, name):
    """One of tag 0043: 103 bytes."""
    entry = iso.to_bytes(f"{moment}{kind}{sign}{amount:012d}{after:012d}{number:07d}{merchant:<15}")
    entry += iso.to_bytes(name).ljust(40)
    assert len(entry) == 103, name
    return iso.to_text(entry)


def life_of_a_card(book):
    """Recharge, points, statement."""
    tags = iso.pack_tags
    site = {41: "SITE0001", 42: "DEMOCARDSITE001"}
    pin = book.pin("4321", CARD, "DEMO-SITE")

    def balances(won, points, sign="C"):
        return card_balances(won) + balance(points, kind="90", sign=sign)

    book.pair("recharge", "An agent recharges a card by 100,000 won for cash.",
              book.of_agent("0200", "280000", "000921", de2=CARD, de4="000000100000", de49="410"),
              "00", "Recharged: both balances, the agent's prefund, and valid for 1,825 days from today.",
              dict(de38="R00921", de54=card_balances(110000) + balance(899999900000, account="30"),
                   de48=tags([("0006", "20310904")])))
    book.pair("recharge-over-cap", "A recharge that would take the balance above 1,000,000 won.",
              book.of_agent("0200", "280000", "000922", de2=CARD, de4="000000900000", de49="410"),
              "61", "Declined; DE 44 names the limit.", dict(de44="CAP"))
    book.pair("recharge-over-prefund", "A recharge of more than the agent's prefund holds.",
              book.of_agent("0200", "280000", "000923", de2=CARD, de4="000000110000", de49="410"),
              "61", "Declined; DE 44 names the prefund.", dict(de44="PREFUND"))
    book.pair("reversal-recharge", "The reversal of a recharge, by DE 90.",
              {0: "0400", 7: "0905013100", 11: "000924", 41: AGENT[1], 42: AGENT[2],
               90: original_data("0200", "000921", GMT)}, "00",
              "The card and its validity are what they were.")
    book.pair("inquiry-points", "Balance inquiry of a card with a registered owner.",
              book.shop("0100", "310000", "000925", de2=CARD, de52=book.pin("4321", CARD)), "00",
              "The third group has its points.",
              dict(de54=balances(4950, 1050), de48=tags([("0006", "20310904")])))
    book.pair("inquiry-points-below-zero", "The same after a refund took back points that were exchanged.",
              book.shop("0100", "310000", "000926", de2=CARD, de52=book.pin("4321", CARD)), "00",
              "D: below zero.",
              dict(de54=balances(105950, 1000, "D"), de48=tags([("0006", "20310904")])))
    book.pair("points", "The owner exchanges 1,000 points for as many won.",
              {**book.shop("0200", "970000", "000927", de2=CARD, de4="000000001000", de49="410",
                           de52=pin), **site}, "00", "Exchanged: balances and points.",
              dict(de38="X00927", de54=balances(5950, 50)))
    book.pair("points-too-many", "An exchange of more points than there are.",
              {**book.shop("0200", "970000", "000928", de2=CARD, de4="000000002000", de49="410",
                           de52=pin), **site}, "51", "Declined.")
    period = [("0040", "202608"), ("0041", "202609")]
    mart, bang = ("DEMOMART0000001", "데모마트"), ("DEMOPCBANG00001", "데모 PC방")
    page = [("20260905103000", "PX", "C", 1000, 96950, 7, "DEMOCARDSITE001", "데모카드사이트"),
            ("20260905101500", "RV", "C", 2000, 95950, 6, *bang),
            ("20260905101400", "PU", "D", 2000, 93950, 5, *bang),
            ("20260903180000", "RF", "C", 50, 95950, 4, *mart),
            ("20260901120000", "PU", "D", 14100, 95900, 3, *mart),
            ("20260831235959", "RC", "C", 100000, 110000, 2, AGENT[2], "데모대리점")]
    last = [("20260821090000", "SA", "C", 10000, 10000, 1, AGENT[2], "데모대리점")]
    sums = [("SA", "C", 10000, "20260821"), ("RC", "C", 100000, "20260831"),
            ("PU", "D", 16100, "20260905"), ("RF", "C", 50, "20260903"),
            ("RV", "C", 2000, "20260905"), ("PX", "C", 1000, "20260905"),
            ("BA", "C", 96950, "20260905")]
    entries = "".join(statement_entry(*entry) for entry in page)
    summary = "".join(f"{kind}{sign}{amount:012d}{date}" for kind, sign, amount, date in sums)
    book.pair("statement", "The owner asks what happened to his card from August to September.",
              {**book.shop("0100", "380000", "000929", de2=CARD, de52=pin, de48=tags(period)), **site},
              "00", "The first page: a cursor to the next, six entries, newest first, and the summary.",
              dict(de48=tags([("0042", "4711"), ("0043", entries), ("0044", summary)])))
    book.pair("statement-next", "The next page, by the cursor of the first.",
              {**book.shop("0100", "380000", "000930", de2=CARD, de52=pin,
                           de48=tags(period + [("0042", "4711")])), **site}, "00",
              "The last page: no cursor, no summary.",
              dict(de48=tags([("0043", statement_entry(*last[0]))])))
    book.pair("statement-operator", "The operator asks for a month in which nothing happened.",
              {**book.shop("0100", "380000", "000931", de2=CARD,
                           de48=tags([("0040", "202607"), ("0041", "202607")])),
               41: "OPER0001", 42: "DEMOOPERATOR001"}, "00", "The summary only.",
              dict(de48=tags([("0044", summary)])))
    book.pair("statement-bad-period", "A statement from a later month to an earlier one.",
              {**book.shop("0100", "380000", "000932", de2=CARD, de52=pin,
                           de48=tags([("0040", "202609"), ("0041", "202608")])), **site}, "30",
              "Format error of DE 48.", dict(de44="DE048"))


def rated_calls(book):
    """0100/00 and 0220/00 of a telephone exchange: 39 won for each begun 180 s."""
    call, name = "CALL00000001", "H00941"
    place = {41: "TEL00001", 42: "DEMOTELEPHONE01"}

    def ask(stan, **fields):
        return {**book.shop("0100", "000000", stan, de2=CARD, de4="000000000000", de37=call,
                            de49="410", **fields), **place}

    def end(stan, seconds):
        return {**book.shop("0220", "000000", stan, de2=CARD, de4="000000000000", de37=call,
                            de38=name, de48=iso.pack_tags([("0032", seconds)]), de49="410"), **place}

    number = iso.pack_tags([("0030", "0212345678")])
    granted = iso.pack_tags([("0031", "3600")])
    mac = "DEMO-TEL"
    book.pair("call", "An exchange asks for a call: the called number, DE 4 zero.",
              ask("000941", de48=number, de52=book.pin("4321", CARD, mac)), "00",
              "An hour is granted; its 780 won are held.",
              dict(de38=name, de48=granted, de54=held(10000, 9220)), mac=mac)
    book.pair("call-renewed", "The call goes on: the same DE 37.",
              ask("000942", de48=number), "00", "Another hour; the first DE 38 stays its name.",
              dict(de38=name, de48=granted, de54=held(10000, 8440)), mac=mac)
    book.pair("call-no-money", "A call that the card cannot pay a unit of.",
              ask("000943", de48=number), "51", "Declined.", mac=mac)
    book.pair("call-completed", "The call ended after 4,000 seconds.", end("000944", "4000"), "00",
              "23 begun units: 897 won are posted; the rest of the hold is free.",
              dict(de4="000000000897", de54=card_balances(9103)), mac=mac)
    book.pair("call-unanswered", "Nobody took the call: 0 seconds.", end("000945", "0"), "00",
              "Nothing is posted.", dict(de54=card_balances(10000)), mac=mac)
    book.pair("call-too-long", "The call was longer than what was granted.", end("000946", "3601"),
              "10", "What was held is posted.",
              dict(de4="000000000780", de54=card_balances(9220)), mac=mac)


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
        for chapter in (questions, purchases, refunds_and_reversals, sales, holds, owners,
                        life_of_a_card, rated_calls, network, with_mac, everything):
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
