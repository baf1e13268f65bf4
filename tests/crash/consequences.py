"""What must be so once everything is answered: what is on a card, what of it is held, what a prefund is,
and what the answers say about each other. None of it depends on the order in which the switch took them."""

import collections

from request import (COMPLETION, DEPOSIT, EXCHANGE, HOLD, PAID_IN, PREFUNDS, RECHARGE, SALE, SPENDING,
                     balances)

CAP_WON = 1_000_000


class Consequences:
    """The part of the book that draws them."""

    def card_won(self, card):
        """What must be on an active card."""
        return card.face + sum(-request.left_won() if request.kind in SPENDING else
                               request.left_won() for request in card.payments)

    def card_held_won(self, card):
        """What of it must be held."""
        over = self._over(card)
        return sum(self._held_won(parts) for name, parts in self._holds(card).items()
                   if name not in over)

    def card_amounts(self, card):
        """Its balance, what of it can be used, and its points where they are told."""
        won, points = self.card_won(card), self.card_points(card)
        return won, won - self.card_held_won(card), \
            points if card.is_registered or points else None

    @staticmethod
    def card_points(card):
        """Below zero where a purchase was refunded after its points were exchanged."""
        return sum(request.earned_points() for request in card.payments
                   if request.kind in SPENDING) - \
            sum(request.left_won() for request in card.payments if request.kind == EXCHANGE)

    @staticmethod
    def most_won(card):
        """What can have been on it at any time."""
        return card.face + sum(request.amount_won for request in card.payments
                               if request.kind in PAID_IN and request.code in (None, "00", "25"))

    def may_reach_cap(self, request):
        return request.card is not None and \
            self.most_won(request.card) + request.amount_won > CAP_WON

    def prefund_won(self, merchant):
        sales = (r for r in self.requests if r.kind == SALE and r.merchant == merchant)
        deposits = (r for r in self.requests if r.kind == DEPOSIT and r.message.get(103) == merchant)
        recharges = (r for r in self.requests if r.kind == RECHARGE and r.merchant == merchant)
        return PREFUNDS[merchant] - sum(sale.left_won() for sale in sales) \
            - sum(recharge.left_won() for recharge in recharges) \
            + sum(deposit.left_won() for deposit in deposits)

    # Holds: one is what was approved under one name -------------------------------------------------

    @staticmethod
    def _holds(card):
        """{name: its first message and its raises, whichever of them came first}."""
        holds = collections.defaultdict(list)
        for part in card.holds:
            if part.is_approved:
                holds[part.name].append(part)
        return holds

    @staticmethod
    def _completions(card):
        """{name: the approved completions}; there must not be two."""
        completions = collections.defaultdict(list)
        for request in card.payments:
            if request.kind == COMPLETION and request.is_approved:
                completions[request.name].append(request)
        return completions

    @staticmethod
    def _doubtful(card):
        """Names of holds with a completion that was reversed before its answer was seen: it may have
        ended them, and its reversal does not bring them back."""
        return {request.name for request in card.payments
                if request.kind == COMPLETION and request.code == "25" and request.is_reversed()}

    def _over(self, card):
        """Names of completed holds; of a doubtful one another completion has told."""
        doubtful = self._doubtful(card)
        return self._completions(card).keys() | {
            request.name for request in card.payments
            if request.kind == COMPLETION and request.code == "25" and not request.is_reversed()
            and request.name in doubtful}

    def doubtful_holds(self):
        """[(a part, won)]: only a completion can tell whether they are open."""
        return [(parts[0], self._held_won(parts)) for card in self.cards
                for name, parts in self._holds(card).items()
                if name in self._doubtful(card) - self._over(card) and self._held_won(parts) > 0]

    @staticmethod
    def _held_won(parts):
        """What a hold reserves, or did when it was completed: its parts are not reversed after that."""
        return sum(part.left_won() for part in parts)

    def count_of_open_holds(self, card):
        """At most: what is not answered yet may be one."""
        over = self._over(card)
        return sum(name not in over and self._held_won(parts) > 0
                   for name, parts in self._holds(card).items()) + \
            sum(part.first is None for part in card.holds)

    # All that the answers say about each other ------------------------------------------------------

    def check(self):
        for request in self.requests:
            if request.kind in SPENDING:
                self._check_spending(request)
            elif request.kind == SALE:
                self._check_sale(request)
        for card in self.cards:
            self._check_card(card)
            self._check_holds(card)

    def _check_spending(self, payment):
        refunds = [refund for refund in payment.refunds if refund.left_won() > 0]
        given_back = sum(refund.left_won() for refund in refunds)
        if given_back > payment.left_won():
            self.problem(payment, f"{given_back} won were refunded of {payment.left_won()} left, by "
                         + "; ".join(refund.story() for refund in refunds))
        for reversal in payment.reversals:
            if reversal.code == "25" and not any(r.is_approved or r.reversals
                                                 for r in payment.refunds):
                self.problem(reversal, "a reversal was declined and no refund was in its way")

    def _check_sale(self, sale):
        cards = sale.sold()
        activated = any(a.is_approved for card in cards for a in card.activations)
        if sale.is_reversed() and activated:
            self.problem(sale, "a card is activated and its sale is reversed")
        held = any(hold.is_approved for card in cards for hold in card.holds)
        for reversal in sale.reversals:
            if reversal.code == "25" and not activated and not held:
                self.problem(reversal, "a sale's reversal was declined and no card is activated")

    def _check_holds(self, card):
        holds, completions = self._holds(card), self._completions(card)
        perhaps_over = completions.keys() | self._doubtful(card)
        for name, made in completions.items():
            if len(made) > 1:
                self.problem(made[1], "the hold was completed twice")
            held = self._held_won(holds.get(name, ()))
            if made[0].moved_won != min(made[0].amount_won, held):
                self.problem(made[0], f"{made[0].moved_won} won were posted of a hold of {held} won")
        for request in card.payments:
            if request.kind == COMPLETION and request.code == "25" and \
                    not request.may_be_undone() and request.name not in perhaps_over and \
                    self._held_won(holds[request.name]) > 0:
                self.problem(request, "a completion was declined and its hold is still open")
        for part in card.holds:
            if any(r.code == "25" for r in part.reversals) and not (
                    part.is_approved and part.name in perhaps_over):
                self.problem(part, "a hold's reversal was declined and the hold is not completed")
        open_holds = collections.Counter(
            (name[0], next(part.reference for part in parts)) for name, parts in holds.items()
            if name not in perhaps_over and self._held_won(parts) > 0)
        for (station, reference), count in open_holds.items():
            if count > 1:
                self.problem(None, f"card {card.masked()}: {count} holds of {station} with DE 37 "
                                   f"{reference} are open, where the second should raise the first")
        if card.sale is None and holds and not card.is_active:
            self.problem(card.holds[0], "the card went back to stock although it was held")

    def _check_card(self, card):
        approved = [a for a in card.activations if a.is_approved]
        if len(approved) > 1:
            self.problem(approved[1], "the card was activated twice")
        if sum(sale.left_won() > 0 for sale in card.sales) > 1:
            self.problem(card.sales[0], "the card was sold twice")
        if card.activations and not approved and not card.sale.is_reversed():
            self.problem(card.activations[0], "nothing prevented the activation and none was approved")
        if len(card.fifths) > 1:
            self.problem(None, f"card {card.masked()}: {len(card.fifths)} fifth wrong passwords")
        if card.is_active:
            self._check_balances(card)
            self._check_held(card)

    # Chains: what an answer tells is what another one went on from -----------------------------------

    def _check_balances(self, card):
        """Not checked where money was moved without its answer telling a balance."""
        if any(request.kind == DEPOSIT or request.reversals for request in card.payments):
            return
        steps = []
        for request in card.payments:
            if request.is_approved:
                change = -request.moved_won if request.kind in SPENDING else request.moved_won
                steps.append((balances(request.first)["00", "01"], change))
        self._check_chain(card, "balances", card.face, steps, self.card_won(card))

    def _check_held(self, card):
        """The same of what is held."""
        if any(part.reversals for part in card.holds) or self._doubtful(card):
            return
        holds, steps = self._holds(card), []
        for request in card.holds + card.payments:
            if not request.is_approved or request.kind not in (HOLD, COMPLETION):
                continue
            told = balances(request.first)
            change = request.amount_won if request.kind == HOLD else \
                -self._held_won(holds[request.name])
            steps.append((told["00", "01"] - told["00", "02"], change))
        self._check_chain(card, "amounts held", 0, steps, self.card_held_won(card))

    def _check_chain(self, card, what, begin, steps, end):
        """The figures after each step follow from one another, in some order, with no gap."""
        before, after = collections.Counter([end]), collections.Counter([begin])
        for won, change in steps:
            after[won] += 1
            before[won - change] += 1
        if before != after:
            gap = sorted((after - before).elements())[:3], sorted((before - after).elements())[:3]
            self.problem(None, f"card {card.masked()}: the {what} in the answers do not follow from "
                               f"one another: nothing goes on from {gap[0]}, nothing leads to {gap[1]}")
