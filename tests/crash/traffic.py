"""The load: every transaction that is served, their reversals, and repeats."""

import demo_world as world
from calls_traffic import CallTraffic
from holds_traffic import HoldTraffic
from maker import WRONG
from request import (ACTIVATION, CAN_BE_UNDONE, COLLECT, COMPLETION, HOLD, PAID_IN, PASSWORD, PREFUNDS,
                     PURCHASE, REGISTRATION, REMEMBERED_GUESS, SALE, SPENDING, frame_of)
from savings_traffic import SavingsTraffic

PAYING = ("POS", "TEL", "BANG", "ASCII")
FACES = (10_000, 20_000, 30_000, 50_000, 100_000)  # those that pay everywhere
RECENT = 60  # what is reversed and refunded: of the latest so many
MOST_ON_A_CARD = 500_000


class Traffic:
    """Decides what comes next on a connection, from what was answered so far."""

    def __init__(self, maker, rng, pool, guessed, earlier, lives=()):
        """`earlier`: payments and holds of earlier rounds that may still be refunded, completed and
        reversed; `lives`: cards of earlier rounds whose owners go on."""
        self.maker, self.rng = maker, rng
        self.book = maker.book
        self.pool, self.guessed = pool, guessed
        self.recent = {station: [r for r in earlier if r.station == station] for station in PAYING}
        self.holds = HoldTraffic(maker, rng, self.recent)
        self.calls = CallTraffic(maker, rng, self.recent, pool)
        self.lives = list(lives)
        self.savings = SavingsTraffic(maker, rng, pool, self.recent["POS"], self._undo)
        self.deposits = []
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
        elif request.kind == SALE and request.card is not None and not request.reversals:
            if self.rng.random() < 0.8:
                self.ready.insert(0, ("hold", request, None))
        elif request.kind == HOLD and request.card.sale is None:  # so the card stays sold
            sale = next((sale for sale in request.card.sales if sale.left_won()), None)
            if sale is not None and len(sale.reversals) < 2:
                self.ready.insert(0, ("take back", sale, None))
        elif request.kind == COLLECT:
            card = self.maker.collected(request)
            if self.rng.random() < 0.8:
                self.ready.append(("activate", card, None))
        elif request.kind == ACTIVATION and request.card.face in FACES:
            self.pool.append(request.card)

    def next(self, link, hub):
        """[(link, request, frame or None)]: what to post now; a frame where it is a repeat."""
        decide = {"AGENT": self._agent, "SITE": self._owners, "BANK": self._bank}.get(
            link.name, self._pay)
        made = decide(link, hub)
        self.made += [request for _, request, frame in made if frame is None]
        return made

    # The agent ------------------------------------------------------------------------------------

    def _agent(self, link, hub):
        rng, maker = self.rng, self.maker
        made = self.savings.recharge(link, hub) if rng.random() < 0.15 else None
        if made:
            return made
        if rng.random() < 0.05:
            return self._stock(link, hub)
        if self.ready:
            what, subject, index = self.ready.pop(0)
            if what == "collect":
                return [(link, maker.collect(subject, index), None)]
            if what == "hold":
                return [(rng.choice(hub.of("POS")), self.holds.of_stock(subject.card), None)]
            if what == "take back":
                return [(link, maker.reversal(subject), None)]
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
        if chance < 0.16 and self.made:
            return self._again(link, ("AGENT",))
        second = rng.random() < 0.1
        faces = [rng.choice((5_000,) + FACES) for _ in range(1 if second else rng.randint(1, 4))]
        sale = maker.sale(faces, second)
        self.sales.append(sale)
        made = [(link, sale, None)]
        if rng.random() < 0.1:
            made.append((link, maker.reversal(sale), None))
        return made

    def _stock(self, link, hub):
        """A stock card is sold, perhaps taken back, perhaps sold once more, all at once."""
        used = sum(1 for card in self.book.cards if card.sale is None)
        if used == world.LOT_SIZE:
            return []
        card = self.maker.stock_card(used)
        sale = self.maker.stock_sale(card)
        made = [(link, sale, None)]
        if self.rng.random() < 0.3:
            made.append((self.rng.choice(hub.of("POS")), self.holds.of_stock(card), None))
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
        if chance < 0.26 and recent:
            made = self._undo(rng.choice(recent))
            if made is not None:
                return [(rng.choice(hub.of(station)), made, None)]
        if chance < 0.36 and recent:
            made = self._refund(rng.choice(recent))
            if made is not None:
                return [(link, made, None)]
        if station == "TEL" and chance < 0.85:
            return self.calls.next(link, hub)
        if chance < 0.62:
            return self.holds.next(link, hub, rng.choice(self.pool))
        purchase = (station == "POS" and chance < 0.7 and self.savings.purchase()) or \
            self._purchase(station)
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
        if purchase.kind not in SPENDING or len(purchase.refunds) == 3 or not purchase.amount_won:
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
        in_part = original.kind in SPENDING | PAID_IN | {HOLD} and \
            original.is_approved and original.moved_won and not original.reversals and \
            self.rng.random() < 0.3
        return self.maker.reversal(original, self.rng.randint(1, original.moved_won)
                                   if in_part else None)

    def _guess(self, link):
        waiting = [card for card in self.guessed if len(card.guesses) < card.guesses_planned]
        if not waiting:
            return []
        card, how, maker = self.rng.choice(waiting), self.rng.random(), self.maker
        if link.name == "SITE":
            changes = how < 0.5
            made = maker.owners(PASSWORD if changes else REGISTRATION, "SITE", card, WRONG,
                                maker.new_password() if changes else None,
                                None if changes else "NOBODY", kind=REMEMBERED_GUESS)
        elif how < 0.4:
            made = maker.verify(link.name, card, wrong=True)
        else:
            pay = maker.purchase if how < 0.7 else maker.hold
            made = pay(link.name, card, 100, pin=WRONG, kind=REMEMBERED_GUESS)
        return [(link, made, None)]

    # The site and the bank ------------------------------------------------------------------------

    def _owners(self, link, hub):
        """The next message of a card that waits for none; it goes wherever it belongs."""
        rng = self.rng
        chance = rng.random()
        if chance < 0.05:
            return self._guess(link)
        if chance < 0.15:
            return self._again(link, ("SITE",))
        if chance < 0.20:
            station = rng.choice(("SITE", "OPER"))
            return [(rng.choice(hub.of(station)),
                     self.maker.statement(station, rng.choice(self.pool)), None)]
        if chance < 0.38:
            return self.savings.exchange(link, hub)
        idle = [life for life in self.lives if life.is_idle]
        if not idle:
            return []
        made = rng.choice(idle).next()
        return [(rng.choice(hub.of(made.station)), made, None)]

    def _bank(self, link, hub):
        rng, maker = self.rng, self.maker
        chance = rng.random()
        if chance < 0.1:
            return self._again(link, ("BANK",))
        if chance < 0.25 and self.deposits:
            made = self._undo(rng.choice(self.deposits[-RECENT:]))
            if made is not None:
                return [(link, made, None)]
        if rng.random() < 0.3:
            deposit = maker.deposit(rng.randint(1, 5_000), agent=rng.choice(list(PREFUNDS)))
        else:
            card = rng.choice(self.pool)
            if self.book.card_won(card) > MOST_ON_A_CARD:
                return []
            deposit = maker.deposit(rng.randint(1, 3_000), card)
        self.deposits.append(deposit)
        made = [(link, deposit, None)]
        if chance > 0.9:  # its reversal with it, or faster
            made.append((link, maker.reversal(deposit), None))
            rng.shuffle(made)
        return made

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

