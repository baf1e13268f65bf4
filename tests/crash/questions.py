"""What a round asks when everything is answered: whether all is as the answers say."""

from request import COLLECT, COMPLETION, DEPOSIT, HOLD, PURCHASE, SALE, balances
from savings_traffic import MOST_WON
from statements import read_page, wrong_whole
from traffic import FACES


class RoundFailed(Exception):
    """One or more sentences."""

    def __init__(self, problems):
        super().__init__("; ".join(problems))
        self.problems = problems


class Questions:
    """The part of a round that asks them."""

    def _ask_questions(self):
        self._collect_the_rest()
        self._activate_some()
        self._settle_holds()
        self._look_at_guessed()
        self._look_at_lives()
        self._look_at_prefunds()
        self._exchange_some()
        answered = [r for r in self.book.requests[self.first_of_round:]
                    if r.kind in (PURCHASE, HOLD, COMPLETION, DEPOSIT) and r.first is not None]
        self._ask([self.maker.altered(r) for r in self.rng.sample(answered, min(20, len(answered)))])
        self._ask_balances()
        self._read_statements()
        fresh = [card for card in self.book.cards if card.is_active and not card.guesses
                 and card.life is None and card.face in FACES]
        self._until_answered([self.maker.verify("POS", card)
                              for card in self.rng.sample(fresh, min(8, len(fresh)))])
        self.book.check()
        self._give_up_on_problems()

    def _ask(self, questions):
        self._send([(question,) for question in questions])
        self._give_up_on_problems()

    def _ask_balances(self):
        self._ask([self.maker.inquiry(card) for card in self.book.cards])

    def _exchange_some(self):
        """Points that are there can be exchanged, and no more than those."""
        registered = [card for card in self.book.cards if card.is_anybodys and card.is_registered
                      and self.book.card_won(card) <= MOST_WON]
        for card in sorted(registered, key=self.book.card_points)[-2:] + registered[:2]:
            exchange = self.maker.exchange(1_000, card)
            exchange.expected = "00" if self.book.card_points(card) >= 1_000 else "51"
            self._until_answered([exchange])
        self._give_up_on_problems()

    def _read_statements(self):
        """All pages of some cards' statements, the same cards' again in later rounds."""
        chosen = self._statement_cards()
        pages = {card: [] for card in chosen}
        stations = {card: self.rng.choice(("OPER", "SITE")) if card.is_anybodys else "OPER"
                    for card in chosen}
        open_ones = {card: self.maker.statement(stations[card], card) for card in chosen}
        while open_ones:
            self._until_answered(list(open_ones.values()))
            self._give_up_on_problems()
            for card, request in list(open_ones.items()):
                pages[card].append(read_page(request.first))
                cursor = pages[card][-1].cursor
                if cursor:
                    open_ones[card] = self.maker.statement(stations[card], card, cursor)
                else:
                    del open_ones[card]
        for card in chosen:
            what = wrong_whole(pages[card], card, self.book.card_won(card))
            if what:
                self.book.problem(None, f"card {card.masked()}: {what}")
        self._give_up_on_problems()

    def _statement_cards(self):
        rng, book = self.rng, self.book
        active = [card for card in book.cards if card.is_active]
        groups = ([card for card in book.stated if card.is_active], 3), \
            ([life.card for life in book.lives], 2), \
            ([card for card in active if card.sale is None], 2), \
            (sorted(active, key=book.card_points)[-4:], 2), (active, 3)
        chosen = {card: None for cards, count in groups
                  for card in rng.sample(cards, min(count, len(cards)))}
        book.stated = list({**dict.fromkeys(book.stated), **chosen})
        return list(chosen)

    def _collect_the_rest(self):
        """What an unanswered sale has sold can be collected, and so can what nobody asked for yet."""
        collects = []
        for sale in self.book.requests[self.first_of_round:]:
            if sale.kind != SALE or not sale.left_won() or not sale.faces:
                continue
            done = {collect.index for collect in sale.collects if collect.is_approved}
            collects += [self.maker.collect(sale, index) for index in range(len(sale.faces))
                         if index not in done]
        self.book.on_first = lambda request: self.maker.collected(request) \
            if request.kind == COLLECT and request.is_approved else None
        self._until_answered(collects)
        self._give_up_on_problems()

    def _activate_some(self):
        sold = [card for card in self.book.cards if card.sale and not card.activations
                and card.sale.left_won()]
        activations = [self.maker.activation(card)
                       for card in self.rng.sample(sold, min(4, len(sold)))]
        self._until_answered(activations)
        for activation in activations:
            won = balances(activation.first).get(("00", "01"))
            if activation.is_approved and won != activation.card.face:
                self.book.problem(activation, f"the new card holds {won} won")
        self._give_up_on_problems()

    def _settle_holds(self):
        self._until_answered([self.maker.completion(part, won) if part.called is None else
                              self.maker.call_completion(part, part.granted_s)
                              for part, won in self.book.doubtful_holds()])
        self._give_up_on_problems()

    def _look_at_guessed(self):
        """Each wrong password has counted exactly once: the fifth one in all blocks the card."""
        self._ask([self.maker.right_password(card, "62") for card in self.book.cards
                   if len(card.guesses) >= 5])
        for card in self.traffic.guessed:
            if len(card.guesses) >= 5:
                continue
            had = len(card.guesses)
            for number in range(had + 1, 6):
                guess = self.maker.verify("POS", card, wrong=True)
                self._until_answered([guess])
                expected = "75" if number == 5 else "55"
                if guess.code != expected:
                    self.book.problem(guess, f"wrong password {number} after {had} in the load is "
                                             f"answered {guess.code}, expected {expected}")
                    break
        self._give_up_on_problems()

    def _look_at_lives(self):
        """Password, owner, blocks and wrong passwords are as the messages left them, one after the other."""
        for life in self.rng.sample(self.book.lives, min(3, len(self.book.lives))):
            while not life.blocks:  # as many wrong ones as are still missing
                self._step(life.wrong_purchase)
        for life in self.book.lives:
            self._ask_password(life)
        for life in self.rng.sample(self.book.lives, min(6, len(self.book.lives))):
            self._step(life.forgotten_by_another)
            frees = [life.forgotten, life.unblock]
            self.rng.shuffle(frees)
            self._step(frees[0])
            self._step(life.wrong_purchase)  # the first again, where that freed the card
            self._step(frees[1])
            if life.blocks:
                self._step(life.unblock)
            self._ask_password(life)
            if life.hold is not None:
                self._step(life.complete)

    def _ask_password(self, life):
        """The right one, which begins the count of wrong ones anew."""
        self._ask([self.maker.right_password(life.card, "62" if life.blocks else "00")])
        if not life.blocks:
            life.wrong = 0

    def _step(self, make):
        self._until_answered([make()])
        self._give_up_on_problems()

    def _look_at_prefunds(self):
        for second_agent in (False, True):
            probe = self.maker.sale([5_000], second_agent)
            expected = self.book.prefund_won(probe.merchant) - 5_000
            self._until_answered([probe])
            if expected < 0:
                if probe.code != "61":
                    self.book.problem(probe, f"answered {probe.code} although the prefund is used up")
                continue
            won = balances(probe.first).get(("30", "02"))
            if not probe.is_approved or won != expected:
                self.book.problem(probe, f"{probe.merchant} has {won} won left, by the answers it "
                                         f"must be {expected}")
        self._give_up_on_problems()
