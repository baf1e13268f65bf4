"""The load's holds: new ones, raises, completions of the whole, of less and of more; all of them race."""

from request import HOLD

RECENT = 40          # what is raised and completed: of the latest so many
MOST_OPEN_HOLDS = 40  # of a card; the switch takes 64


class HoldTraffic:
    """Decides about the holds of all paying stations. Reversals and refunds are decided with those of
    purchases: whatever is made here is put among the `recent` payments."""

    def __init__(self, maker, rng, recent):
        """`recent`: {station: [request …]}."""
        self.maker, self.rng, self.recent = maker, rng, recent
        self.completed = set()  # names, as far as completions were made here
        self.holds = {station: [r for r in made if r.kind == HOLD and self._is_mine(r)]
                      for station, made in recent.items()}

    @staticmethod
    def _is_mine(hold):
        return hold.called is None

    def next(self, link, hub, card):
        """[(link, request, None) …]; `card` for a new hold."""
        rng, station = self.rng, link.name
        some = self.holds[station][-RECENT:]
        chance = rng.random()
        if some and chance < 0.2:
            made = self._raise(rng.choice(some))
            return [(link, made, None)] if made else []
        if some and chance < 0.6:
            hold = rng.choice(some)
            if hold.is_approved and (hold.name not in self.completed or rng.random() < 0.1):
                return self._complete(hold, link, hub)
        return self._new(link, hub, card)

    def of_stock(self, card):
        """Before or after its sale, or its reversal, as it comes."""
        hold = self.maker.hold("POS", card, self.rng.randint(1, 2_000), pin="")
        self._keep(hold)
        return hold

    def _keep(self, request):
        self.recent[request.station].append(request)
        if request.kind == HOLD:
            self.holds[request.station].append(request)

    def _new(self, link, hub, card):
        rng, maker = self.rng, self.maker
        if maker.book.count_of_open_holds(card) >= MOST_OPEN_HOLDS:
            return []
        hold = self._hold(link.name, card)
        made = [(link, hold, None)]
        chance = rng.random()
        if chance < 0.06:  # its reversal, sooner or later
            made.append((rng.choice(hub.of(link.name)), maker.reversal(hold), None))
            rng.shuffle(made)
        elif chance < 0.15 and hold.reference:  # whichever is first makes the hold, the other raises it
            raised = self._raise(hold)
            if raised is not None:
                made.append((rng.choice(hub.of(link.name)), raised, None))
        self._keep(hold)
        return made

    # What calls have otherwise

    def _hold(self, station, card):
        won = self.rng.randint(1, 2_000 if self.rng.random() < 0.9 else 50_000)
        return self.maker.hold(station, card, won)

    def _raise_of(self, hold):
        return self.maker.hold(hold.station, hold.card, self.rng.randint(1, 2_000), hold)

    def _completion(self, hold):
        won = hold.amount_won + sum(r.amount_won for r in hold.raises if r.is_approved)
        chance = self.rng.random()
        asked = won if chance < 0.35 else self.rng.randint(1, won) if chance < 0.75 else \
            won + self.rng.randint(1, 3_000)
        return self.maker.completion(hold, asked)

    # Steps

    def _raise(self, hold):
        """None where its name is not known yet, and where the raise may be one hold too many."""
        if not hold.reference or len(hold.raises) == 3 or \
                self.maker.book.count_of_open_holds(hold.card) >= MOST_OPEN_HOLDS:
            return None
        raised = self._raise_of(hold)
        if raised is not None:
            self._keep(raised)
        return raised

    def _complete(self, hold, link, hub):
        """With another completion, a raise or a reversal of it under way at the same time, now and then."""
        rng, maker = self.rng, self.maker
        completion = self._completion(hold)
        self._keep(completion)
        self.completed.add(hold.name)
        made = [(link, completion, None)]
        chance = rng.random()
        if chance < 0.05:
            other = self._completion(hold)
            self._keep(other)
        elif chance < 0.10:
            other = self._raise(hold)
        elif chance < 0.15 and len(hold.reversals) < 2 and \
                not any(r.real_won is not None for r in hold.reversals):
            other = maker.reversal(hold)
        elif chance < 0.22:
            other = maker.reversal(completion)
        else:
            return made
        if other:
            made.append((rng.choice(hub.of(hold.station)), other, None))
            rng.shuffle(made)
        return made
