"""Cards that live one message after the other: password changes, registrations, blocks, unblocks, and some
money between them. As each message waits for the answer to the one before, its answer is known beforehand,
and so is what the card must be after the kill: what all of them made of it, the one under way included.
"""

import calls
from maker import WRONG
from request import BLOCK, OF_OWNERS, PASSWORD, REGISTRATION, UNBLOCK

BLOCKS_AT = 5  # wrong passwords
BY_PASSWORD, BY_OWNER, BY_OPERATOR = "wrong passwords", "lost or stolen", "operator"


class Life:
    """Of one card, from its activation on."""

    def __init__(self, maker, card):
        self.maker, self.rng, self.card = maker, maker.rng, card
        self.owner = card.activations[0].owner
        self.blocks, self.wrong = set(), 0
        self.hold = self.call = self.last = None
        card.life = self

    def goes_on(self, maker):
        """In another round."""
        self.maker, self.rng = maker, maker.rng
        return self

    @property
    def is_idle(self):
        return self.last is None or self.last.first is not None

    def next(self):
        """The next message of it."""
        rng = self.rng
        if self.blocks and rng.random() < 0.4:
            return rng.choice((self.unblock, self.forgotten))()
        return rng.choice((
            self.change, self.change, self.forgotten, self.forgotten_by_another, self.register,
            self.register, self.block_by_owner, self.block_by_operator, self.unblock, self.purchase,
            self.purchase, self.deposit, self.recharge, self.exchange, self.reserve, self.complete, self.ask_to_call,
            self.hang_up, self.take_back))()

    def _made(self, request, code):
        request.expected, self.last = code, request
        return request

    def _gate(self, pin):
        """The code for a message with this password, `""` without one, and what it does to the card."""
        if self.blocks:
            return "62"
        if pin == WRONG:
            self.wrong += 1
            if self.wrong == BLOCKS_AT:
                self.blocks.add(BY_PASSWORD)
                return "75"
            return "55"
        if pin:
            self.wrong = 0
        return "00"

    def _pin(self):
        return WRONG if self.rng.random() < 0.15 else self.card.password

    def _renewed(self, code, new):
        if code == "00":
            self.card.changed = new
        return code

    # Owners -----------------------------------------------------------------------------------------

    def change(self):
        pin, new = self._pin(), self.maker.new_password()
        request = self.maker.owners(PASSWORD, "SITE", self.card, pin, new)
        return self._made(request, self._renewed(self._gate(pin), new))

    def forgotten(self, owner=None):
        new = self.maker.new_password()
        owner = owner or self.owner or "NOBODY"
        request = self.maker.owners(PASSWORD, "SITE", self.card, None, new, owner)
        if self.blocks - {BY_PASSWORD}:
            return self._made(request, "62")
        if owner != self.owner:
            return self._made(request, "55")
        self.blocks, self.wrong = set(), 0
        return self._made(request, self._renewed("00", new))

    def forgotten_by_another(self):
        return self.forgotten("ANOTHER")

    def register(self):
        pin, owner = self._pin(), f"CUST{self.maker.book.numbers + 1}"
        code = self._gate(pin)
        request = self.maker.owners(REGISTRATION, "SITE", self.card, pin, None, owner)
        if code == "00":
            self.owner = owner
        return self._made(request, code)

    def block_by_owner(self):
        """The password of a card that is blocked is not looked at."""
        pin = self._pin()
        request = self.maker.owners(BLOCK, "SITE", self.card, pin)
        code = "00" if self.blocks else self._gate(pin)
        if code == "00":
            self.blocks.add(BY_OWNER)
        return self._made(request, code)

    def block_by_operator(self):
        self.blocks.add(BY_OPERATOR)
        return self._made(self.maker.owners(BLOCK, "OPER", self.card), "00")

    def unblock(self):
        self.blocks, self.wrong = set(), 0
        return self._made(self.maker.owners(UNBLOCK, "OPER", self.card), "00")

    # Money ------------------------------------------------------------------------------------------

    def _available_won(self):
        return self.maker.book.card_amounts(self.card)[1]

    def purchase(self, pin=None):
        pin = pin or self.rng.choice((self._pin(), ""))
        won = self.rng.randint(1, self.rng.choice((20, 300)))
        code = self._gate(pin)
        if code == "00" and won > self._available_won():
            code = "51"
        return self._made(self.maker.purchase("POS", self.card, won, pin), code)

    def wrong_purchase(self):
        return self.purchase(WRONG)

    def deposit(self):
        return self._made(self.maker.deposit(self.rng.randint(1, 100), self.card), self._gate(""))

    def recharge(self):
        return self._made(self.maker.recharge(10_000, self.card), self._gate(""))

    def exchange(self):
        """Of more points than these cards ever have."""
        pin = self._pin()
        code = self._gate(pin)
        return self._made(self.maker.exchange(1_000, self.card, pin), "51" if code == "00" else code)

    def reserve(self):
        if self.hold is not None:
            return self.complete()
        pin = self.rng.choice((self._pin(), ""))
        code = self._gate(pin)
        won = self.rng.randint(1, 50)
        if code == "00" and won > self._available_won():
            code = "51"
        request = self.maker.hold("POS", self.card, won, pin=pin)
        if code == "00":
            self.hold = request
        return self._made(request, code)

    def complete(self):
        """Blocked or not."""
        hold, self.hold = self.hold, None
        if hold is None or not hold.is_approved:
            return self.reserve()
        asked = self.rng.randint(1, 70)
        return self._made(self.maker.completion(hold, asked),
                          "00" if asked <= hold.amount_won else "10")

    def ask_to_call(self):
        """Or to go on with the call that there is."""
        call, called = self.call, self.rng.choice(list(calls.CALLED))
        if call is not None and not call.is_approved:  # the book has said so
            call = None
        rate = calls.rate_of(called) if call is None else call.rate
        connection_won = rate.connection_won if call is None else 0
        seconds = rate.grantable_s(self._available_won() - connection_won)
        pin = self.rng.choice((self._pin(), ""))
        code = self._gate(pin)
        request = self.maker.grant("TEL", self.card, called, call, pin)
        if code == "00" and not seconds:
            code = "51"
        if code == "00":
            request.expected_s = seconds
            self.call = call or request
        return self._made(request, code)

    def hang_up(self):
        """Blocked or not; all that was granted, less, and more."""
        call = self.call
        if call is None or not call.is_approved:
            return self.ask_to_call()
        self.call = None
        grants = [call] + [grant for grant in call.raises if grant.is_approved]
        granted = sum(grant.granted_s for grant in grants)
        used = self.rng.choice((self.rng.randint(0, granted), granted, granted + 1))
        return self._made(self.maker.call_completion(call, used), "00" if used <= granted else "10")

    def take_back(self):
        """What cannot be taken back: the last message, if it is one of the site's."""
        if self.last is None or self.last.kind not in OF_OWNERS or self.last.station != "SITE":
            return self.purchase()
        if self.last.code != "00":
            return self.change()
        return self._made(self.maker.reversal(self.last), "25")
