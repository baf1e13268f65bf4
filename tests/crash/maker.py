"""Makes the messages, and writes them into the book."""

import datetime

import demo_world as world
import recharges
from demo_world import STATIONS, iso
from request import (ACTIVATION, BLOCK, COLLECT, COMPLETION, DEPOSIT, EXCHANGE, GUESS, HOLD, INQUIRY,
                     PASSWORD, POINTS_BP, PURCHASE, QUESTION, RECHARGE, REFUND, REGISTRATION, REVERSAL,
                     SALE, SPENDING, STATEMENT, UNBLOCK, VERIFY, Card, Request)

PASSWORD_REQUIRED = {"BANG"}
WRONG = "0000"  # is nobody's password
TERMINALS = {"POS": "POS%05d", "TEL": "TEL%05d", "BANG": "BANG%04d", "ASCII": "ASC%05d",
             "AGENT": "AGT%05d", "SITE": "SITE%04d", "BANK": "BANK%04d", "OPER": "OPER0001"}
SECOND_AGENT = ("AGT00065", "DEMOAGENT000002")
STOCK_PASSWORD = "12345678"
NAMED_BY_REFERENCE = {PURCHASE, HOLD, COMPLETION}
OF_OWNERS_DE_3 = {PASSWORD: "930000", REGISTRATION: "940000", BLOCK: "960000", UNBLOCK: "980000"}


class Maker:
    """Makes requests and writes them into the book."""

    def __init__(self, book, rng):
        self.book, self.rng = book, rng

    def _stamp(self):
        moment = datetime.datetime.now(datetime.timezone.utc)
        return moment.strftime("%m%d%H%M%S"), moment.astimezone(world.SEOUL)

    def _terminal(self, station, reference):
        """One of the station's; not where a reversal has named this DE 37 and means another message."""
        pattern = TERMINALS[station]
        if "%" not in pattern:
            return pattern
        numbers = self.rng.sample(range(1, 7), 6)
        return next((pattern % number for number in numbers if reference is None or
                     (station, pattern % number, reference) not in self.book.named), pattern % 7)

    def make(self, kind, station, mti, elements, card=None, original=None, real_won=None, like=None,
             second_agent=False):
        """`like`: a request whose terminal and merchant are taken."""
        self.book.numbers += 1
        sent, local = self._stamp()
        terminal = self._terminal(station, elements.get(37))
        merchant = STATIONS[station].merchant
        if second_agent:
            terminal, merchant = SECOND_AGENT
        message = {0: mti, 7: sent, 11: f"{self.book.numbers % 1_000_000:06d}",
                   41: terminal, 42: merchant, 12: local.strftime("%H%M%S"),
                   13: local.strftime("%m%d")}
        if like is not None:
            message.update({41: like.message[41], 42: like.message[42]})
        message.update(elements)
        if 4 in message:
            message[49] = "410"
        request = Request(self.book.numbers, kind, station, message, card, original, real_won)
        if kind in SPENDING and station != "TEL" and card.is_registered:
            request.points_bp = POINTS_BP
        return request if kind in (INQUIRY, QUESTION, STATEMENT) else self.book.add(request)

    # One of each ----------------------------------------------------------------------------------

    def _pin(self, station, pin, card):
        return iso.pin_block(STATIONS[station].pin_key, pin, card.number)

    def _payment(self, station, card, amount, pin):
        """What purchase and hold have. `pin`: in DE 52; None: by chance, or where it must be."""
        elements = {2: card.number, 3: "000000", 4: f"{amount:012d}"}
        if pin is None and (station in PASSWORD_REQUIRED or self.rng.random() < 0.2):
            pin = card.password
        if pin:
            elements[52] = self._pin(station, pin, card)
        if self.rng.random() < 0.5:
            elements[37] = f"{self.book.numbers + 1:012d}"
        return elements

    def purchase(self, station, card, amount, pin=None, kind=PURCHASE):
        return self.make(kind, station, "0200", self._payment(station, card, amount, pin), card)

    def hold(self, station, card, amount, raised=None, pin=None, kind=HOLD):
        """`raised`: the hold whose DE 37 it takes over."""
        elements = self._payment(station, card, amount, pin)
        if raised is not None:
            elements[37] = raised.reference
        request = self.make(kind, station, "0100", elements, card)
        if raised is not None:
            raised.raises.append(request)
        return request

    def grant(self, station, card, called, renewed=None, pin=None):
        """Of a call. `renewed`: a grant of it, whose DE 37 it takes over."""
        elements = {**self._payment(station, card, 0, pin), 48: iso.pack_tags([("0030", called)])}
        if renewed is not None:
            elements[37] = renewed.reference
        request = self.make(HOLD, station, "0100", elements, card)
        request.called = called
        if renewed is not None:
            renewed.raises.append(request)
        return request

    def call_completion(self, grant, used_s):
        """Of a call with an approved grant."""
        request = self.make(COMPLETION, grant.station, "0220", {
            2: grant.card.number, 3: "000000", 4: "0" * 12, 37: grant.reference, 38: grant.first[38],
            48: iso.pack_tags([("0032", str(used_s))])}, grant.card)
        request.used_s, request.amount_won = used_s, grant.rate.price_won(used_s)
        return request

    def completion(self, hold, amount):
        """Of an approved hold."""
        return self.make(COMPLETION, hold.station, "0220",
                         {2: hold.card.number, 3: "000000", 4: f"{amount:012d}",
                          37: hold.reference, 38: hold.first[38]}, hold.card)

    def deposit(self, amount, card=None, agent=None):
        """Into a card, or into an agent's prefund."""
        elements = {3: "210000", 4: f"{amount:012d}"}
        elements.update({2: card.number} if card is not None else {103: agent})
        return self.make(DEPOSIT, "BANK", "0200", elements, card)

    def recharge(self, amount, card, second_agent=False):
        return self.make(RECHARGE, "AGENT", "0200",
                         {2: card.number, 3: "280000", 4: f"{amount:012d}"}, card,
                         second_agent=second_agent)

    def exchange(self, points, card, pin=None):
        return self.make(EXCHANGE, "SITE", "0200",
                         {2: card.number, 3: "970000", 4: f"{points:012d}",
                          52: self._pin("SITE", pin or card.password, card)}, card)

    def owners(self, what, station, card, pin=None, new=None, owner=None, kind=None):
        """Password change (`new`), registration (`owner`), block, unblock. `pin`: in DE 52."""
        elements = {2: card.number, 3: OF_OWNERS_DE_3[what]}
        if pin is not None:
            elements[52] = self._pin(station, pin, card)
        tags = []
        if new is not None:
            tags.append(("0010", self._pin(station, new, card).hex().upper()))
        if owner is not None:
            tags.append(("0012", owner))
        if tags:
            elements[48] = iso.pack_tags(tags)
        return self.make(kind or what, station, "0200", elements, card)

    def verify(self, station, card, wrong=False):
        pin = WRONG if wrong else card.password
        return self.make(GUESS if wrong else VERIFY, station, "0100",
                         {2: card.number, 3: "330000", 52: self._pin(station, pin, card)}, card)

    def refund(self, purchase, amount):
        elements = {2: purchase.card.number, 3: "200000", 4: f"{amount:012d}"}
        if purchase.is_approved and self.rng.random() < 0.3:
            elements[37] = purchase.reference
            elements[38] = purchase.name[1]
        else:
            elements[90] = original_elements(purchase)
        return self.make(REFUND, purchase.station, "0200", elements, purchase.card, purchase)

    def reversal(self, original, real_won=None):
        """Names its original in one of the three ways."""
        elements = {3: original.message[3]}
        for de in (2, 4):
            if de in original.message and self.rng.random() < 0.5:
                elements[de] = original.message[de]
        how = self.rng.random()
        if real_won is not None:
            elements[95] = f"{real_won:012d}".ljust(42, "0")
        if how < 0.6 or real_won is not None:
            elements[90] = original_elements(original)
        elif 37 in original.message and original.kind in NAMED_BY_REFERENCE and \
                self.book.bearers[original.place(original.message[37])] == {original.number}:
            elements[37] = original.message[37]
        elif not any(r.message[11] == original.message[11] for r in original.reversals):
            elements.update({de: original.message[de] for de in (11, 12, 13)})
        else:
            elements[90] = original_elements(original)
        mti = self.rng.choice(("0400", "0420"))
        return self.make(REVERSAL, original.station, mti, elements, original.card, original,
                         real_won, like=original)

    def sale(self, faces, second_agent=False):
        lines = "".join(f"{face:06d}{faces.count(face):02d}" for face in sorted(set(faces)))
        request = self.make(SALE, "AGENT", "0200",
                            {3: "900000", 4: f"{sum(faces):012d}",
                             48: iso.pack_tags([("0001", lines)])}, second_agent=second_agent)
        request.faces = sorted(faces)
        return request

    def stock_sale(self, card):
        return self.make(SALE, "AGENT", "0200",
                         {2: card.number, 3: "900000", 4: f"{card.face:012d}",
                          48: iso.pack_tags([("0001", f"{card.face:06d}01")])}, card)

    def collect(self, sale, index):
        order = dict(iso.unpack_tags(sale.first[48]))["0002"]
        request = self.make(COLLECT, "AGENT", "0100",
                            {3: "910000", 48: iso.pack_tags([("0002", order),
                                                             ("0003", f"{index + 1:03d}")])},
                            original=sale)
        request.index = index
        return request

    def activation(self, card):
        password = self.new_password()
        tags = [("0010", self._pin("AGENT", password, card).hex().upper())]
        owner = f"CUST{self.book.numbers}" if self.rng.random() < 0.5 else None
        if owner:
            tags.append(("0012", owner))
        request = self.make(ACTIVATION, "AGENT", "0200",
                            {2: card.number, 3: "920000",
                             52: self._pin("AGENT", card.initial, card),
                             48: iso.pack_tags(tags)}, card)
        request.password, request.owner = password, owner
        return request

    def new_password(self):
        return f"{self.rng.randint(1000, 999999)}"

    # Questions about what must be so; they are no part of the history ------------------------------

    def inquiry(self, card):
        """Must tell what is on an active card, and nothing about any other."""
        request = self.make(INQUIRY, "OPER", "0100", {2: card.number, 3: "310000"}, card)
        request.wanted = ("00", self.book.card_amounts(card)) if card.is_active else ("14", None)
        return request

    def right_password(self, card, code):
        """What a verification with it must be answered: 62 where the card is blocked."""
        request = self.make(QUESTION, "POS", "0100", {2: card.number, 3: "330000", 52: self._pin(
            "POS", card.password, card)}, card)
        request.wanted = (code, None)
        return request

    def altered(self, first):
        """The key of a request that was answered, with another amount."""
        message = {**first.message, 4: f"{first.amount_won + 1:012d}"}
        request = Request(first.number, QUESTION, first.station, message, first.card, first)
        request.wanted = ("94", None)
        return request

    def statement(self, station, card, cursor=None):
        """One page: of all that can have happened to it since the test began, by the switch's clock."""
        now = world.now(0).astimezone(world.SEOUL)
        first, to = now - datetime.timedelta(days=1), now + recharges.clock_ahead
        tags = [("0040", first.strftime("%Y%m")), ("0041", to.strftime("%Y%m"))]
        elements = {2: card.number, 3: "380000",
                    48: iso.pack_tags(tags + ([("0042", cursor)] if cursor else []))}
        if station == "SITE":
            elements[52] = self._pin(station, card.password, card)
        request = self.make(STATEMENT, station, "0100", elements, card)
        request.cursor = cursor
        return request

    def stock_card(self, index):
        card = Card(world.lot_card(index), 10_000, STOCK_PASSWORD)
        self.book.cards.append(card)
        return card

    def collected(self, collect):
        """The card of an approved collect."""
        tags = dict(iso.unpack_tags(collect.first[48]))
        number = collect.first[2]
        initial = iso.pin_of_block(STATIONS["AGENT"].pin_key, bytes.fromhex(tags["0005"]), number)
        if initial is None:
            self.book.problem(collect, "the initial password is no PIN block")
            initial = "0000"
        card = Card(number, collect.original.faces[collect.index], initial, collect.original)
        collect.card = card
        collect.original.cards.append(card)
        self.book.cards.append(card)
        return card


def original_elements(original):
    """DE 90."""
    message = original.message
    return message[0] + message[11] + message[7] + "0" * 22
