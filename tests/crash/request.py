"""A request and what became of it; a card and what was asked about it."""

from demo_world import STATIONS, iso, now

PURCHASE, REFUND, REVERSAL, SALE, ACTIVATION, DEPOSIT = (
    "purchase", "refund", "reversal", "sale", "activation", "deposit")
HOLD, COMPLETION = "hold", "completion"  # a raise is a hold too
RECHARGE, EXCHANGE, STATEMENT = "recharge", "points exchange", "statement"
PASSWORD, REGISTRATION, BLOCK, UNBLOCK = (
    "password change", "registration", "block", "unblock")
COLLECT, VERIFY, GUESS, REMEMBERED_GUESS = (
    "collect", "verify", "wrong password", "wrong password in what is remembered")
INQUIRY, QUESTION = "inquiry", "question"  # about what must be so

OF_OWNERS = {PASSWORD, REGISTRATION, BLOCK, UNBLOCK}
SPENDING = {PURCHASE, COMPLETION}  # what merchants get, and may refund
PAID_IN = {DEPOSIT, RECHARGE, EXCHANGE}
PAYMENTS = SPENDING | PAID_IN | {REFUND}
CAN_BE_UNDONE = PAYMENTS | {SALE, HOLD}
REMEMBERED = CAN_BE_UNDONE | OF_OWNERS | {REVERSAL, ACTIVATION, REMEMBERED_GUESS}
MADE_ANEW = {64, 128}  # MACs, in every answer
MADE_ANEW_IF_NOT_REMEMBERED = MADE_ANEW | {37}
PREFUNDS = {"DEMOAGENT000001": 900_000_000_000, "DEMOAGENT000002": 100_000}
POINTS_BP = 100


class Card:
    """A card of a sale, known since it was collected; or a stock card, sold by its number."""

    def __init__(self, number, face, password, sale=None):
        self.number, self.face, self.initial, self.sale = number, face, password, sale
        self.sales = [sale] if sale else []  # a stock card's may be several, one of them in force
        self.payments = []      # purchases, refunds, completions, deposits, recharges, exchanges
        self.holds = []         # and raises
        self.activations = []
        self.changed = None     # the password, since the activation
        self.life = None        # where each message waits for the answer to the one before
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
        return self.changed or next((a.password for a in self.activations if a.is_approved),
                                    self.initial)

    @property
    def is_registered(self):
        """Whether it has an owner, so that what it pays from now on earns points."""
        if self.life is not None:
            return self.life.owner is not None
        return any(a.is_approved and a.owner for a in self.activations)

    @property
    def is_anybodys(self):
        """Active, of a sale, and nothing bars it: any station may have it paid with."""
        return self.is_active and self.sale is not None and not self.guesses and self.life is None

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
        self.password = self.owner = None  # of an activation: the new ones
        self.expected = None     # DE 39, where nothing else can have happened to the card
        self.raises = []         # of a hold
        self.called = None       # of a call's grant: the number; its amount is told by its answer
        self.rate = self.granted_s = None  # … of the call, known with the answer
        self.expected_s = None   # … where nothing else can have happened to the card
        self.used_s = None       # of a call's completion; its amount is the price
        self.cursor = None       # of a statement
        self.points_bp = 0       # of a purchase or completion: the rate it earns at
        self.wanted = None       # of a question: (DE 39, won or None)
        self.made_at = now(0)
        self.sends = self.system_errors = self.repeated_alike = 0
        self.first = self.first_raw = None
        self.latest_code = None
        self.answered_before_kill = False

    @property
    def code(self):
        return None if self.first is None else self.first[39]

    @property
    def is_approved(self):
        return self.code in ("00", "10")

    @property
    def moved_won(self):
        """What an approved one moved; a completion posts no more than was held."""
        return int(self.first[4]) if self.kind == COMPLETION else self.amount_won

    @property
    def reference(self):
        """DE 37: as it was sent, or as the switch made it; None where neither is known."""
        return self.message.get(37) or (self.first.get(37) if self.first else None)

    def place(self, reference):
        """Where a reversal by DE 37 looks for it."""
        return self.station, self.message.get(41), reference

    @property
    def name(self):
        """The station and the DE 38 by which it is known; of a completion its hold's."""
        return self.station, (self.message if self.kind == COMPLETION else self.first)[38]

    @property
    def merchant(self):
        return self.message[42]

    def sold(self):
        """The cards of a sale that are known."""
        return self.cards if self.card is None else [self.card]

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
            return self.moved_won
        return next((r.real_won for r in done if r.real_won is not None), 0)

    def earned_points(self):
        """Of a purchase or completion: the rate times what is left of it."""
        refunded = sum(refund.left_won() for refund in self.refunds)
        return (self.left_won() - refunded) * self.points_bp // 10_000

    def story(self):
        """A line about it, without secrets."""
        parts = [f"{self.number:6d} {self.station:5s} {self.message[0]} {self.message[11]} "
                 f"{self.message.get(41, ''):8s} {self.kind}"]
        if 4 in self.message:
            parts.append(f"{self.amount_won} won")
        if self.called is not None:
            parts.append(f"for a call, granted {self.granted_s} s")
        if self.used_s is not None:
            parts.append(f"for {self.used_s} s of a call")
        if self.real_won is not None:
            parts.append(f"really {self.real_won} won")
        if self.card is not None:
            parts.append("card " + self.card.masked())
        if self.original is not None:
            parts.append(f"of request {self.original.number}")
        parts.append(f"sent {self.sends}, " + (
            "never answered" if self.first is None else
            f"first answer {self.code} "
            + (f"for {self.moved_won} won " if self.code == "10" else "")
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
