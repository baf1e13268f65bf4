"""The load: purchases, refunds, reversals, sales, collects, activations, verifications, repeats."""

import datetime

import demo_world as world
from book import (ACTIVATION, CAN_BE_UNDONE, COLLECT, GUESS, GUESS_PURCHASE, INQUIRY, PURCHASE,
                  QUESTION, REFUND, REVERSAL, SALE, VERIFY, Card, Request, frame_of)
from demo_world import STATIONS, iso

PAYING = ("POS", "TEL", "BANG", "ASCII")
FACES = (10_000, 20_000, 30_000, 50_000, 100_000)  # those that pay everywhere
PASSWORD_REQUIRED = {"BANG"}
TERMINALS = {"POS": "POS%05d", "TEL": "TEL%05d", "BANG": "BANG%04d", "ASCII": "ASC%05d",
             "AGENT": "AGT%05d", "OPER": "OPER0001"}
SECOND_AGENT = ("AGT00065", "DEMOAGENT000002")
RECENT = 60  # purchases and refunds that are reversed and refunded: of the latest so many
STOCK_PASSWORD = "12345678"


class Maker:
    """Makes requests and writes them into the book."""

    def __init__(self, book, rng):
        self.book, self.rng = book, rng

    def _stamp(self):
        moment = datetime.datetime.now(datetime.timezone.utc)
        return moment.strftime("%m%d%H%M%S"), moment.astimezone(world.SEOUL)

    def make(self, kind, station, mti, elements, card=None, original=None, real_won=None, like=None,
             second_agent=False):
        """`like`: a request whose terminal and merchant are taken."""
        self.book.numbers += 1
        sent, local = self._stamp()
        terminal, merchant = TERMINALS[station], STATIONS[station].merchant
        if "%" in terminal:
            terminal %= self.rng.randint(1, 6)
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
        return request if kind in (INQUIRY, QUESTION) else self.book.add(request)

    # One of each ----------------------------------------------------------------------------------

    def _pin(self, station, pin, card):
        return iso.pin_block(STATIONS[station].pin_key, pin, card.number)

    def purchase(self, station, card, amount, wrong=False):
        elements = {2: card.number, 3: "000000", 4: f"{amount:012d}"}
        if wrong:
            elements[52] = self._pin(station, "0000", card)
        elif station in PASSWORD_REQUIRED or self.rng.random() < 0.2:
            elements[52] = self._pin(station, card.password, card)
        if self.rng.random() < 0.5:
            elements[37] = f"{self.book.numbers + 1:012d}"
        return self.make(GUESS_PURCHASE if wrong else PURCHASE, station, "0200", elements, card)

    def verify(self, station, card, wrong=False):
        pin = "0000" if wrong else card.password
        return self.make(GUESS if wrong else VERIFY, station, "0100",
                         {2: card.number, 3: "330000", 52: self._pin(station, pin, card)}, card)

    def refund(self, purchase, amount):
        elements = {2: purchase.card.number, 3: "200000", 4: f"{amount:012d}"}
        if purchase.is_approved and self.rng.random() < 0.3 and not any(
                37 in r.message for r in purchase.reversals):
            elements[37], elements[38] = purchase.first[37], purchase.first[38]
            purchase.refunded_by_reference = True
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
        elif 37 in original.message and original.kind == PURCHASE and \
                not original.refunded_by_reference:
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
        password = f"{self.rng.randint(1000, 999999)}"
        key = STATIONS["AGENT"].pin_key
        block = iso.pin_block(key, password, card.number).hex().upper()
        request = self.make(ACTIVATION, "AGENT", "0200",
                            {2: card.number, 3: "920000",
                             52: iso.pin_block(key, card.initial, card.number),
                             48: iso.pack_tags([("0010", block)])}, card)
        request.password = password
        return request

    # Questions about what must be so; they are no part of the history ------------------------------

    def inquiry(self, card):
        """Must tell what is on an active card, and nothing about any other."""
        request = self.make(INQUIRY, "OPER", "0100", {2: card.number, 3: "310000"}, card)
        request.wanted = ("00", self.book.card_won(card)) if card.is_active else ("14", None)
        return request

    def barred_verify(self, card):
        """With the right password, on a card that wrong ones have blocked."""
        request = self.make(QUESTION, "POS", "0100", {2: card.number, 3: "330000", 52: self._pin(
            "POS", card.password, card)}, card)
        request.wanted = ("62", None)
        return request

    def altered(self, first):
        """The key of a request that was answered, with another amount."""
        message = {**first.message, 4: f"{first.amount_won + 1:012d}"}
        request = Request(first.number, QUESTION, first.station, message, first.card, first)
        request.wanted = ("94", None)
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


class Traffic:
    """Decides what comes next on a connection, from what was answered so far."""

    def __init__(self, maker, rng, pool, guessed, earlier):
        """`earlier`: payments of earlier rounds that may still be refunded and reversed."""
        self.maker, self.rng = maker, rng
        self.book = maker.book
        self.pool, self.guessed = pool, guessed
        self.recent = {station: [r for r in earlier if r.station == station] for station in PAYING}
        self.sales = []
        self.ready = []      # made because of an answer; to be sent by the agent
        self.made = []       # of this load

    def on_first(self, request):
        """A request has got its first answer: what follows from it?"""
        if not request.is_approved:
            return
        if request.kind == SALE and request.faces and not request.reversals:
            if self.rng.random() < 0.8:
                self.ready += [("collect", request, index) for index in range(len(request.faces))]
        elif request.kind == COLLECT:
            card = self.maker.collected(request)
            if self.rng.random() < 0.8:
                self.ready.append(("activate", card, None))
        elif request.kind == ACTIVATION and request.card.face in FACES:
            self.pool.append(request.card)

    def next(self, link, hub):
        """[(link, request, frame or None)]: what to post now; a frame where it is a repeat."""
        made = self._agent(link) if link.name == "AGENT" else self._pay(link, hub)
        self.made += [request for _, request, frame in made if frame is None]
        return made

    # The agent ------------------------------------------------------------------------------------

    def _agent(self, link):
        rng, maker = self.rng, self.maker
        if self.ready:
            what, subject, index = self.ready.pop(0)
            if what == "collect":
                return [(link, maker.collect(subject, index), None)]
            activations = 2 if rng.random() < 0.05 else 1
            made = [(link, maker.activation(subject), None) for _ in range(activations)]
            if rng.random() < 0.05 and not subject.sale.reversals:
                made.append((link, maker.reversal(subject.sale), None))
            return made
        chance = rng.random()
        if chance < 0.12 and self.sales:
            sale = rng.choice(self.sales[-RECENT:])
            if not any(card.activations for card in sale.cards) and len(sale.reversals) < 2:
                return [(link, maker.reversal(sale), None)]
        if chance < 0.16:
            return self._stock(link)
        if chance < 0.20 and self.made:
            return self._again(link, ("AGENT",))
        second = rng.random() < 0.1
        faces = [rng.choice((5_000,) + FACES) for _ in range(1 if second else rng.randint(1, 4))]
        sale = maker.sale(faces, second)
        self.sales.append(sale)
        made = [(link, sale, None)]
        if rng.random() < 0.1:
            made.append((link, maker.reversal(sale), None))
        return made

    def _stock(self, link):
        """A stock card is sold, perhaps taken back, perhaps sold once more, all at once."""
        used = sum(1 for card in self.book.cards if card.sale is None)
        if used == world.LOT_SIZE:
            return []
        card = self.maker.stock_card(used)
        sale = self.maker.stock_sale(card)
        made = [(link, sale, None)]
        if self.rng.random() < 0.6:
            made.append((link, self.maker.reversal(sale), None))
            if self.rng.random() < 0.6:
                made.append((link, self.maker.stock_sale(card), None))
        return made

    # Terminals ------------------------------------------------------------------------------------

    def _pay(self, link, hub):
        rng, maker, station = self.rng, self.maker, link.name
        recent = self.recent[station][-RECENT:]
        chance = rng.random()
        if chance < 0.07:
            return self._guess(link)
        if chance < 0.12:
            return [(link, maker.verify(station, rng.choice(self.pool)), None)]
        if chance < 0.16:
            return self._again(link, (station,))
        if chance < 0.28 and recent:
            made = self._undo(rng.choice(recent))
            if made is not None:
                return [(rng.choice(hub.of(station)), made, None)]
        if chance < 0.42 and recent:
            made = self._refund(rng.choice(recent))
            if made is not None:
                return [(link, made, None)]
        purchase = self._purchase(station)
        if chance > 0.97:  # its reversal is faster
            return [(link, maker.reversal(purchase), None), (link, purchase, None)]
        made = [(link, purchase, None)]
        if chance > 0.90:
            made.append((rng.choice(hub.of(station)), maker.reversal(purchase), None))
        elif chance > 0.85:
            made.append((link, maker.refund(purchase, rng.randint(1, purchase.amount_won)), None))
        return made

    def _purchase(self, station):
        amount = self.rng.randint(1, 2_000) if self.rng.random() < 0.9 else \
            self.rng.randint(1, 120_000)
        purchase = self.maker.purchase(station, self.rng.choice(self.pool), amount)
        self.recent[station].append(purchase)
        return purchase

    def _refund(self, purchase):
        if purchase.kind != PURCHASE or len(purchase.refunds) == 3:
            return None
        amount = purchase.amount_won
        refund = self.maker.refund(purchase, amount if self.rng.random() < 0.3 else
                                   self.rng.randint(1, amount))
        self.recent[purchase.station].append(refund)
        return refund

    def _undo(self, original):
        """In part only when it is certain that the original came first, and then only once: from
        the answers alone it could not be told what is left otherwise."""
        if original.kind not in CAN_BE_UNDONE or len(original.reversals) == 2 or \
                any(r.real_won is not None for r in original.reversals):
            return None
        in_part = original.kind == PURCHASE and original.is_approved and \
            not original.reversals and self.rng.random() < 0.3
        return self.maker.reversal(original, self.rng.randint(1, original.amount_won)
                                   if in_part else None)

    def _guess(self, link):
        waiting = [card for card in self.guessed if len(card.guesses) < card.guesses_planned]
        if not waiting:
            return []
        card = self.rng.choice(waiting)
        if self.rng.random() < 0.5:
            return [(link, self.maker.verify(link.name, card, wrong=True), None)]
        return [(link, self.maker.purchase(link.name, card, 100, wrong=True), None)]

    def _again(self, link, stations):
        """A repeat while the load is running, of a request answered or not."""
        for _ in range(5):
            request = self.rng.choice(self.made[-200:]) if self.made else None
            if request is not None and request.station in stations and request.sends:
                return [(link, request, request.frame)]
        return []


def marked_as_repeat(request):
    """The frame of the same message with 1 as the MTI's last digit, as terminals send repeats."""
    message = dict(request.message)
    message[0] = message[0][:3] + "1"
    return frame_of(request.station, message)

