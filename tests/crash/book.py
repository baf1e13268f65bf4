"""What the test knows: every request it made, what was answered, and what must follow from that.

A request that is answered has one outcome for good. One that is not has two possible ones until its
repeat tells which. Nothing here depends on the order in which the switch took messages of different
connections: a reversal that was answered 00 leaves nothing of its original, whichever came first.
"""

import collections

from demo_world import STATIONS, iso

PURCHASE, REFUND, REVERSAL, SALE, ACTIVATION = (
    "purchase", "refund", "reversal", "sale", "activation")
COLLECT, VERIFY, GUESS, GUESS_PURCHASE = (
    "collect", "verify", "wrong password", "purchase with a wrong password")
INQUIRY, QUESTION = "inquiry", "question"  # about what must be so

REMEMBERED = {PURCHASE, REFUND, REVERSAL, SALE, ACTIVATION, GUESS_PURCHASE}
CAN_BE_UNDONE = {PURCHASE, REFUND, SALE}
MADE_ANEW = {64, 128}  # MACs, in every answer
MADE_ANEW_IF_NOT_REMEMBERED = MADE_ANEW | {37}
PREFUNDS = {"DEMOAGENT000001": 900_000_000_000, "DEMOAGENT000002": 100_000}


class Card:
    """A card of a sale, known since it was collected; or a stock card, sold by its number."""

    def __init__(self, number, face, password, sale=None):
        self.number, self.face, self.initial, self.sale = number, face, password, sale
        self.sales = [sale] if sale else []  # a stock card's may be several, one of them in force
        self.payments = []      # purchases and refunds
        self.activations = []
        self.guesses = []       # requests with a wrong password; each counts once
        self.fifths = set()     # those that were answered 75
        self.guesses_planned = 0

    @property
    def is_active(self):
        if self.sale is None:
            return any(sale.left_won() for sale in self.sales)
        return any(activation.is_approved for activation in self.activations)

    @property
    def password(self):
        return next((a.password for a in self.activations if a.is_approved), self.initial)

    def masked(self):
        return iso.mask_number(self.number)


class Request:
    def __init__(self, number, kind, station, message, card=None, original=None, real_won=None):
        self.number, self.kind, self.station = number, kind, station
        self.message, self.card, self.original, self.real_won = message, card, original, real_won
        self.amount_won = int(message.get(4, "0"))
        self.mark = (message[0][1], message[11])
        self.frame = frame_of(station, message)
        self.reversals, self.refunds = [], []
        self.faces, self.cards = [], []  # of a sale: what it sells, and what was collected of it
        self.collects = []
        self.index = None        # of a collect: which card of the sale
        self.password = None     # of an activation: the new one
        self.wanted = None       # of a question: (DE 39, won or None)
        self.refunded_by_reference = False
        self.sends = self.system_errors = self.repeated_alike = 0
        self.first = self.first_raw = None
        self.latest_code = None
        self.answered_before_kill = False

    @property
    def code(self):
        return None if self.first is None else self.first[39]

    @property
    def is_approved(self):
        return self.code == "00"

    @property
    def merchant(self):
        return self.message[42]

    def is_undone(self):
        """Whether its repeat must be answered 25 from now on."""
        if self.kind == COLLECT:
            return any(a.is_approved for a in self.card_activations()) or \
                self.original.is_reversed()
        return self.is_reversed()

    def is_reversed(self):
        return any(reversal.is_approved for reversal in self.reversals)

    def may_be_undone(self):
        if self.kind == COLLECT:
            return bool(self.card_activations()) or self.original.may_be_undone()
        return any(reversal.sends and reversal.code in (None, "00") for reversal in self.reversals)

    def card_activations(self):
        return self.card.activations if self.card is not None else ()

    def left_won(self):
        """What it moved for good, once everything is answered."""
        if not self.is_approved:
            return 0
        done = [reversal for reversal in self.reversals if reversal.is_approved]
        if not done:
            return self.amount_won
        return next((r.real_won for r in done if r.real_won is not None), 0)

    def story(self):
        """A line about it, without secrets."""
        parts = [f"{self.number:6d} {self.station:5s} {self.message[0]} {self.message[11]} "
                 f"{self.message.get(41, ''):8s} {self.kind}"]
        if 4 in self.message:
            parts.append(f"{self.amount_won} won")
        if self.real_won is not None:
            parts.append(f"really {self.real_won} won")
        if self.card is not None:
            parts.append("card " + self.card.masked())
        if self.original is not None:
            parts.append(f"of request {self.original.number}")
        parts.append(f"sent {self.sends}, " + (
            "never answered" if self.first is None else
            f"first answer {self.code} "
            + ("before the kill" if self.answered_before_kill else "when repeated")
            + f" (38 {self.first.get(38, '-')}, 54 {self.first.get(54, '-')}), "
            f"latest {self.latest_code}"))
        return ", ".join(parts)


def frame_of(station_name, message):
    station = STATIONS[station_name]
    return iso.frame(station.header, iso.encode_message(station.profile, message, station.mac),
                     station.tpdu)


def difference(first, answer, ignored=MADE_ANEW):
    """A sentence, or None when both answers say the same in every other field."""
    differ = [f"DE {de} is {shown(de, answer.get(de))}, was {shown(de, first.get(de))}"
              for de in sorted((first.keys() | answer.keys()) - ignored)
              if first.get(de) != answer.get(de)]
    return "not its first answer again: " + ", ".join(differ) if differ else None


def shown(de, value):
    if value is None:
        return "absent"
    return "something else" if de in (2, 48) else repr(value)


def balances(answer):
    """{(account, kind): won} of DE 54."""
    text = answer.get(54, "")
    return {(text[at:at + 2], text[at + 2:at + 4]):
            int(text[at + 8:at + 20]) * (1 if text[at + 7] == "C" else -1)
            for at in range(0, len(text), 20)}


class Book:
    """One data folder's history, over all its rounds."""

    def __init__(self):
        self.requests, self.cards = [], []
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
        if request.kind in (PURCHASE, REFUND) and request.card is not None:
            request.card.payments.append(request)
        elif request.kind == ACTIVATION:
            request.card.activations.append(request)
        elif request.kind == COLLECT:
            request.original.collects.append(request)
        elif request.kind == SALE and request.card is not None:
            request.card.sales.append(request)
        elif request.kind in (GUESS, GUESS_PURCHASE):
            request.card.guesses.append(request)
        return request

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
            self.on_first(request)
        if request.card is not None and code == "75":
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
    def _wrong_answer(request, answer):
        code, won = request.wanted
        if answer[39] != code:
            return f"answered {answer[39]}, expected {code}"
        if won is None:
            return None
        found = balances(answer)
        if (found.get(("00", "01")), found.get(("00", "02"))) != (won, won):
            return (f"the card holds {found.get(('00', '01'))} won, of which "
                    f"{found.get(('00', '02'))} can be used; by the answers it must be {won}")
        return None

    def _wrong_guess(self, request, code, is_early=False):
        card = request.card
        if len(card.guesses) < 5:
            return None if code == "55" else \
                f"answered {code} after only {len(card.guesses)} wrong passwords"
        # Sent over two connections, the 62 of the second can be read before the 75 of the first.
        was_overtaken = is_early and code == "75" and request.latest_code == "62"
        if request.latest_code in ("75", "62") and not was_overtaken:
            return None if code == "62" else f"answered {code} after {request.latest_code}"
        if code == "75" and card.fifths - {request.number}:
            return "a second fifth wrong password of this card"
        return None if code in ("55", "75", "62") else f"answered {code}"

    def _implausible(self, request, answer):
        """Whether a first answer can be none of the outcomes that are possible at all."""
        code = answer[39]
        if code == "00":
            return self._wrong_content(request, answer)
        if code == "25" and request.kind in CAN_BE_UNDONE and request.may_be_undone():
            return None
        original = request.original
        if request.kind == PURCHASE:
            possible = code == "51"
        elif request.kind == REFUND:
            possible = code in ("13", "25")
        elif request.kind == REVERSAL and original.kind == PURCHASE:
            possible = code == "25" and any(refund.sends for refund in original.refunds)
        elif request.kind == REVERSAL and original.kind == REFUND:
            possible = code == "51"
        elif request.kind == REVERSAL:
            possible = code == "25" and any(card.activations for card in original.cards)
        elif request.kind == SALE:
            possible = (code == "61" and request.merchant == "DEMOAGENT000002") or \
                (code == "57" and request.card is not None)
        elif request.kind == ACTIVATION:
            possible = (code == "57" and len(request.card.activations) > 1) or \
                (code in ("14", "57") and request.card.sale.may_be_undone())
        else:
            return self._wrong_guess(request, code)
        return None if possible else f"answered {code}"

    @staticmethod
    def _wrong_content(request, answer):
        if request.kind == GUESS_PURCHASE:
            return "answered 00 with a wrong password"
        if request.kind == REVERSAL:
            return None
        won = balances(answer)
        if request.kind == SALE:
            if ("30", "02") not in won or won["30", "02"] < 0:
                return "the answer to a sale has no prefund in DE 54, or one below zero"
            return None if 48 in answer else "the answer to a sale has no DE 48"
        if 38 not in answer:
            return "approved without DE 38"
        if won.get(("00", "01"), -1) < 0 or won.get(("00", "02"), -1) < 0:
            return "approved without balances in DE 54, or with one below zero"
        if won["00", "01"] != won["00", "02"]:
            return "ledger and available balance differ and nothing is held"
        return None

    # What must hold once everything is answered ---------------------------------------------------

    def card_won(self, card):
        """What must be on an active card."""
        won = card.face
        for request in card.payments:
            won += -request.left_won() if request.kind == PURCHASE else request.left_won()
        return won

    def prefund_won(self, merchant):
        sales = (r for r in self.requests if r.kind == SALE and r.merchant == merchant)
        return PREFUNDS[merchant] - sum(sale.left_won() for sale in sales)

    def check(self):
        """All that the answers say about each other."""
        for request in self.requests:
            if request.kind == PURCHASE:
                self._check_purchase(request)
            elif request.kind == SALE:
                self._check_sale(request)
        for card in self.cards:
            self._check_card(card)

    def _check_purchase(self, purchase):
        refunds = [refund for refund in purchase.refunds if refund.left_won() > 0]
        given_back = sum(refund.left_won() for refund in refunds)
        if given_back > purchase.left_won():
            self.problem(purchase, f"{given_back} won were refunded of {purchase.left_won()} left, by "
                         + "; ".join(refund.story() for refund in refunds))
        for reversal in purchase.reversals:
            if reversal.code == "25" and not any(r.is_approved or r.reversals
                                                 for r in purchase.refunds):
                self.problem(reversal, "a reversal was declined and no refund was in its way")

    def _check_sale(self, sale):
        activated = any(a.is_approved for card in sale.cards for a in card.activations)
        if sale.is_reversed() and activated:
            self.problem(sale, "a card is activated and its sale is reversed")
        for reversal in sale.reversals:
            if reversal.code == "25" and not activated:
                self.problem(reversal, "a sale's reversal was declined and no card is activated")

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
            self._check_chain(card)

    def _check_chain(self, card):
        """The balances after each payment follow from one another, in some order, with no gap: not
        checked where a reversal, which does not tell a balance, moved money."""
        before, after = collections.Counter(), collections.Counter([card.face])
        for request in card.payments:
            if request.reversals:
                return
            if not request.is_approved:
                continue
            won = balances(request.first)["00", "01"]
            change = -request.amount_won if request.kind == PURCHASE else request.amount_won
            after[won] += 1
            before[won - change] += 1
        before[self.card_won(card)] += 1
        if before != after:
            gap = sorted((after - before).elements())[:3], sorted((before - after).elements())[:3]
            self.problem(None, f"card {card.masked()}: the balances in the answers do not follow from "
                               f"one another: nothing goes on from {gap[0]}, nothing leads to {gap[1]}")
