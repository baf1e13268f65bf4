"""What the test knows: every request it made, what was answered, and what must follow from that.

A request that is answered has one outcome for good. One that is not has two possible ones until its
repeat tells which. Nothing here depends on the order in which the switch took messages of different
connections: a reversal that was answered 00 leaves nothing of its original, whichever came first.
"""

import collections

from calls import granted_s, rate_of, wrong_grant
from consequences import Consequences
from recharges import wrong_recharge
from request import (ACTIVATION, CAN_BE_UNDONE, COLLECT, COMPLETION, DEPOSIT, EXCHANGE, GUESS, HOLD,
                     MADE_ANEW_IF_NOT_REMEMBERED, OF_OWNERS, PAID_IN, PAYMENTS, PURCHASE, RECHARGE,
                     REFUND, REMEMBERED, REMEMBERED_GUESS, REVERSAL, SALE, SPENDING, STATEMENT, VERIFY,
                     balances, difference)

from statements import read_page, wrong_page


class Book(Consequences):
    """One data folder's history, over all its rounds."""

    def __init__(self):
        self.requests, self.cards, self.lives = [], [], []
        self.calls = {}   # name -> rate, of every call that a grant was approved of
        self.stated = []  # cards whose whole statement was read at the end of a round
        # By station, terminal and DE 37: who bears it, and whether a reversal has named it.
        self.bearers, self.named = collections.defaultdict(set), set()
        self.problems = []
        self.on_first = lambda request: None  # called when a request has got its first answer
        self.system_errors = 0
        self.numbers = 0

    def add(self, request):
        self.requests.append(request)
        if request.original is not None and request.kind == REVERSAL:
            request.original.reversals.append(request)
        elif request.original is not None and request.kind == REFUND:
            request.original.refunds.append(request)
        if request.kind in PAYMENTS and request.card is not None:
            request.card.payments.append(request)
        elif request.kind == HOLD:
            request.card.holds.append(request)
        elif request.kind == ACTIVATION:
            request.card.activations.append(request)
        elif request.kind == COLLECT:
            request.original.collects.append(request)
        elif request.kind == SALE and request.card is not None:
            request.card.sales.append(request)
        elif request.kind in (GUESS, REMEMBERED_GUESS):
            request.card.guesses.append(request)
        if 37 in request.message and request.kind == REVERSAL:
            self.named.add(request.place(request.message[37]))
        else:
            self._bear(request)
        return request

    def _bear(self, request):
        if request.reference and request.kind != REVERSAL:
            self.bearers[request.place(request.reference)].add(request.number)

    def _note_grant(self, request):
        """What it holds. A call's first one holds the connection too; those of one name may be told apart, since
        while one of a call with a connection is under way no other one of it is sent."""
        if request.called is None or not request.is_approved or granted_s(request.first) is None:
            return
        request.granted_s = granted_s(request.first)
        is_first = request.name not in self.calls
        request.rate = self.calls.setdefault(request.name, rate_of(request.called))
        request.amount_won = request.rate.units_won(request.granted_s) + \
            (request.rate.connection_won if is_first else 0)

    def problem(self, request, what):
        self.problems.append(f"{what}; it is {request.story().strip()}" if request else what)

    # One answer -----------------------------------------------------------------------------------

    def judge(self, send, answer, raw):
        request, code = send.request, answer[39]
        if code == "96" and request.first is None:  # the ledger was at a bound: nothing moved
            request.system_errors += 1
            self.system_errors += 1
            return
        if self._was_overtaken(send, answer):
            request.first = None
        what = self._judge_remembered(send, answer) if request.kind in REMEMBERED else \
            self._judge_fresh(send, answer)
        request.latest_code = code
        if request.first is None:
            request.first, request.first_raw = answer, raw
            self._bear(request)
            self._note_grant(request)
            self.on_first(request)
        if request.card is not None and request.card.life is None and code == "75":
            request.card.fifths.add(request.number)
        if what:
            self.problem(request, what)

    @staticmethod
    def _was_overtaken(send, answer):
        """Sent over two connections and undone in between, its 25 can be read before its answer."""
        request = send.request
        return send.is_early and request.code == "25" and answer[39] != "25" and \
            request.may_be_undone()

    def _judge_remembered(self, send, answer):
        request, code = send.request, answer[39]
        if send.undone:
            return None if code == "25" else \
                f"answered {code} although its reversal had been answered 00"
        if request.first is None:
            return self._implausible(request, answer)
        if code == "25" and request.may_be_undone():
            return None
        return difference(request.first, answer)

    def _judge_fresh(self, send, answer):
        """Verifications and collects are not remembered: each time answered anew, and rightly."""
        request, code = send.request, answer[39]
        if request.kind == STATEMENT:
            return self._wrong_statement(request, answer)
        if request.wanted is not None:
            return self._wrong_answer(request, answer)
        if request.kind == VERIFY:
            return None if code == "00" else f"answered {code}"
        if request.kind == GUESS:
            return self._wrong_guess(request, code, send.is_early)
        if send.undone:
            return None if code == "25" else \
                f"answered {code} although the card was activated or its sale reversed"
        if code == "25" and request.may_be_undone():
            return None
        if code != "00":
            return f"answered {code}"
        return difference(request.first, answer, MADE_ANEW_IF_NOT_REMEMBERED) \
            if request.is_approved else None

    @staticmethod
    def _wrong_statement(request, answer):
        if answer[39] != "00":
            return f"answered {answer[39]}"
        try:
            return wrong_page(read_page(answer), request.cursor is None)
        except ValueError as problem:
            return f"the statement cannot be read: {problem}"

    @staticmethod
    def _wrong_answer(request, answer):
        code, amounts = request.wanted
        if answer[39] != code:
            return f"answered {answer[39]}, expected {code}"
        if amounts is None:
            return None
        found, won, points = balances(answer), amounts[:2], amounts[2]
        if found.get(("00", "90")) != points:
            return (f"the card has {found.get(('00', '90'))} points, by the answers it must have "
                    f"{points}")
        if (found.get(("00", "01")), found.get(("00", "02"))) != won:
            return (f"the card holds {found.get(('00', '01'))} won, of which "
                    f"{found.get(('00', '02'))} can be used; by the answers it must be {won[0]}, "
                    f"and {won[1]} to be used")
        return None

    def _wrong_guess(self, request, code, is_early=False):
        card = request.card
        if len(card.guesses) < 5:
            return None if code == "55" else \
                f"answered {code} after only {len(card.guesses)} wrong passwords"
        # Sent over two connections, the 62 of the second can be read before the 55 or 75 of the first.
        was_overtaken = is_early and code in ("55", "75") and request.latest_code == "62"
        if request.latest_code in ("75", "62") and not was_overtaken:
            return None if code == "62" else f"answered {code} after {request.latest_code}"
        if code == "75" and card.fifths - {request.number}:
            return "a second fifth wrong password of this card"
        return None if code in ("55", "75", "62") else f"answered {code}"

    def _implausible(self, request, answer):
        """Whether a first answer can be none of the outcomes that are possible at all."""
        code = answer[39]
        if request.expected is not None and code != request.expected:
            return f"answered {code}, by the answers before it must be {request.expected}"
        if code == "00" or (code == "10" and request.kind == COMPLETION):
            return self._wrong_content(request, answer)
        if code == "25" and request.kind in CAN_BE_UNDONE and request.may_be_undone():
            return None
        if request.expected is not None:
            return None
        if request.kind == REMEMBERED_GUESS:
            return self._wrong_guess(request, code)
        return None if self._is_possible(request, code) else f"answered {code}"

    def _is_possible(self, request, code):
        """Of declines. Some of them only what else was answered can justify: check() asks for that."""
        kind = request.kind
        if kind == PURCHASE:
            return code == "51"
        if kind == HOLD:
            return code == "51" or (code in ("14", "78") and request.card.sale is None)
        if kind == COMPLETION:
            return code == "25"
        if kind == REFUND:
            return code in ("13", "25")
        if kind in PAID_IN and code == "61" and self.may_reach_cap(request):
            return True
        if kind == EXCHANGE:
            return code == "51"
        if kind in (SALE, RECHARGE) and code == "61":
            return request.merchant == "DEMOAGENT000002"
        if kind == SALE:
            return code == "57" and request.card is not None
        if kind == ACTIVATION:
            return (code == "57" and len(request.card.activations) > 1) or \
                (code in ("14", "57") and request.card.sale.may_be_undone())
        if kind != REVERSAL:
            return False
        original = request.original
        if original.kind in SPENDING:
            return code == "25" and any(refund.sends for refund in original.refunds)
        if original.kind == DEPOSIT:
            return code == ("61" if original.card is None else "51")
        if original.kind in (REFUND, RECHARGE, EXCHANGE):
            return code == "51"
        if original.kind == HOLD:
            return code == "25"
        return code == "25" and any(card.activations or card.holds for card in original.sold())

    def _wrong_content(self, request, answer):
        kind, won = request.kind, balances(answer)
        if (("00", "90") in won) != (kind == EXCHANGE):
            return "points are told in the answer to an exchange, and in no other"
        if kind == REMEMBERED_GUESS:
            return "answered 00 with a wrong password"
        if kind == REVERSAL:
            return None
        if kind in OF_OWNERS:
            return "the answer tells more than that it is done" \
                if any(de in answer for de in (38, 48, 54)) else None
        if kind == SALE:
            if ("30", "02") not in won or won["30", "02"] < 0:
                return "the answer to a sale has no prefund in DE 54, or one below zero"
            return None if 48 in answer else "the answer to a sale has no DE 48"
        if (38 in answer) == (kind == COMPLETION):
            return "approved with a DE 38 of its own" if kind == COMPLETION else \
                "approved without DE 38"
        if kind == DEPOSIT:
            return "a bank is told the balance" if won else None
        if kind == EXCHANGE and won["00", "90"] < 0:
            return "more points were exchanged than there were"
        if kind == RECHARGE:
            what = wrong_recharge(request, answer, won)
            if what:
                return what
        if kind == COMPLETION:
            posted = int(answer.get(4, "0"))
            if not min(1, request.amount_won) <= posted <= request.amount_won or \
                    (posted < request.amount_won) != (answer[39] == "10"):
                return f"answered {answer[39]}, and {posted} won were posted"
        ledger, available = won.get(("00", "01"), -1), won.get(("00", "02"), -1)
        if ledger < 0 or available < 0:
            return "approved without balances in DE 54, or with one below zero"
        if available > ledger or (available < ledger and not request.card.holds):
            return f"ledger and available balance are {ledger} and {available}, and nothing is held"
        if request.called is not None:
            rate = self.calls.get((request.station, answer[38]), rate_of(request.called))
            return wrong_grant(request, answer, rate, available)
        return "seconds were granted without a called number" if kind == HOLD and 48 in answer else None
