"""The load's recharges and points. A few cards with owners get much and pay much, so that there are points to
exchange; refunds and reversals take them back at the same time, before and after the exchange."""

from request import SPENDING

SAVERS, RECENT = 3, 30
MOST_WON = 500_000     # on a card, before a recharge
MOST_SPENT = 1_800_000  # by a saver: a day's limit is 3,000,000


class SavingsTraffic:
    def __init__(self, maker, rng, pool, recent, undo):
        """`recent`: where a terminal's payments are put to be refunded and reversed; `undo` makes reversals."""
        self.maker, self.rng, self.pool = maker, rng, pool
        self.recent, self.undo = recent, undo
        self.recharges, self.exchanges = [], []

    def _savers(self):
        found = []
        for card in self.pool:
            if card.is_registered and sum(p.amount_won for p in card.payments if p.kind in SPENDING
                                          and p.code != "51") < MOST_SPENT:
                found.append(card)
            if len(found) == SAVERS:
                break
        return found

    def recharge(self, link, hub):
        rng, savers = self.rng, self._savers()
        saves = savers and rng.random() < 0.6
        card = rng.choice(savers if saves else self.pool)
        if self.recharges and rng.random() < 0.2:
            return self._take_back(self.recharges, link)
        if self._may_hold(card) > MOST_WON:
            return []
        second = rng.random() < 0.1
        won = 10_000 * (rng.randint(10, 30) if saves and not second else rng.randint(1, 3))
        return self._with_reversal(self.maker.recharge(won, card, second), self.recharges, link, hub)

    def purchase(self):
        """One that earns a lot, or None."""
        savers = [card for card in self._savers() if self.maker.book.card_won(card) > 150_000]
        if not savers:
            return None
        purchase = self.maker.purchase("POS", self.rng.choice(savers),
                                       self.rng.randint(100_000, 150_000))
        self.recent.append(purchase)
        return purchase

    def exchange(self, link, hub):
        rng, savers = self.rng, self._savers()
        if self.exchanges and rng.random() < 0.2:
            return self._take_back(self.exchanges, link)
        if not savers:
            return []
        able = [card for card in savers if self.maker.book.card_points(card) >= 1_000]
        card = rng.choice(able if able and rng.random() < 0.8 else savers)
        return self._with_reversal(self.maker.exchange(1_000 * rng.choice((1, 1, 1, 2)), card),
                                   self.exchanges, link, hub)

    def _may_hold(self, card):
        return self.maker.book.card_won(card) + sum(
            payment.amount_won for payment in card.payments if payment.code is None)

    def _take_back(self, made, link):
        reversal = self.undo(self.rng.choice(made[-RECENT:]))
        return [(link, reversal, None)] if reversal else []

    def _with_reversal(self, made, kept, link, hub):
        """Its reversal is under way with it, or faster, now and then."""
        kept.append(made)
        items = [(link, made, None)]
        if self.rng.random() < 0.1:
            items.append((self.rng.choice(hub.of(link.name)), self.maker.reversal(made), None))
            self.rng.shuffle(items)
        return items
