"""The load's rated calls: several of a card at a time, renewed while they last, completed with less, as much and more
seconds than were granted."""

import calls
from holds_traffic import HoldTraffic

CALLERS = 6            # cards with most of the calls, several at a time
MOST_CALLS = 5         # of a card
MOST_GRANTS = 4        # of a call


class CallTraffic(HoldTraffic):
    def __init__(self, maker, rng, recent, pool):
        super().__init__(maker, rng, recent)
        self.pool = pool

    @staticmethod
    def _is_mine(hold):
        return hold.called is not None

    def next(self, link, hub):
        cards = self.pool[:CALLERS] if self.rng.random() < 0.7 else self.pool
        return super().next(link, hub, self.rng.choice(cards))

    def _new(self, link, hub, card):
        open_ones = {grant.reference or grant.number for grant in card.holds if grant.called and (
            grant.first is None or (grant.is_approved and grant.name not in self.completed))}
        return [] if len(open_ones) >= MOST_CALLS else super()._new(link, hub, card)

    def _hold(self, station, card):
        called, = self.rng.choices(list(calls.CALLED), calls.CALLED.values())
        return self.maker.grant(station, card, called)

    def _raise_of(self, hold):
        """Renewals race where each of them may be the one that begins a call, if the one before is over: where
        it makes no difference to the price."""
        same = [grant for grant in hold.card.holds
                if grant.called and grant.reference == hold.reference]
        called = self._hold_number(hold)
        waiting = {grant.called for grant in same if grant.first is None}
        if len(same) >= MOST_GRANTS or (waiting and (
                waiting != {called} or calls.rate_of(called).connection_won)):
            return None
        return self.maker.grant(hold.station, hold.card, called, hold)

    def _hold_number(self, hold):
        """Now and then another one, which must not change the price."""
        return hold.called if self.rng.random() < 0.7 else self.rng.choice(list(calls.CALLED))

    def _completion(self, hold):
        granted = sum(grant.granted_s for grant in hold.card.holds
                      if grant.granted_s and grant.name == hold.name)
        rng, unit_s = self.rng, hold.rate.unit_s
        used = rng.choice((
            0, 1, unit_s, unit_s + 1, rng.randint(1, granted), rng.randint(1, granted),
            rng.randint(1, granted), granted, granted + 1, granted + rng.randint(1, 2_000)))
        return self.maker.call_completion(hold, used)
