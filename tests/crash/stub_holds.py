"""The toy switch's holds and completions, bank deposits, and what owners ask."""

from demo_world import iso
from stub_store import FAULT
from stub_transactions import BLOCKS


class HoldsAndOwners:
    """A part of the toy; each returns DE 39 and the answer's further elements."""

    def hold_key(self, approval):
        return "|".join(["hold:" + self.name, self.request[42], approval])

    def hold(self):
        store, request = self.store, self.request
        if self.was_reversed():
            return "25", {}
        code, card = self.gate()
        if code:
            return code, {}
        key = store.get(self.opened(request[37])) if 37 in request else None
        if FAULT == "raise-new" and store.restarted:
            key = None
        seconds, amount, rate, called = None, int(request[4]), None, self.call_tag("0030")
        available = card["balance"] - card["held"]
        if called is not None:
            seconds, amount, rate = self.grant(called, store.get(key) if key else None, available)
        if seconds == 0 or (amount > available and FAULT != "grant-long"):
            return "51", {}
        fields = self.approval()
        reference = fields.get(37, request.get(37))
        if key is None:
            key, opened = self.hold_key(fields[38]), self.opened(reference)
            store.put(opened, key)
            store.put(key, {"card": request[2], "amount": 0, "state": "open", "reference": reference,
                            "approval": fields[38], "opened": opened, "rate": rate})
        elif rate and FAULT == "renewal-lost" and store.restarted:
            amount = 0
        fields[38] = store.get(key)["approval"]
        self.change_hold(key, amount)
        store.put("part:" + self.key, key)
        self.moved = amount
        if rate:
            store.put("what", "010000 call")
            fields[48] = iso.pack_tags([("0031", str(seconds))])
        return "00", {**fields, **self.card_amounts(store.get("card:" + request[2]))}

    def opened(self, reference):
        return "|".join(["open:" + self.name, self.request[42], self.request[2], reference])

    def change_hold(self, key, won, state="open"):
        """By so much; what is held on the card with it."""
        store, hold = self.store, dict(self.store.get(key))
        hold.update(amount=hold["amount"] + won, state=state)
        if hold["amount"] == 0 and state == "open":
            hold["state"] = "released"
        if hold["state"] != "open":
            store.put(hold["opened"], None)
        store.put(key, hold)
        card = dict(store.get("card:" + hold["card"]))
        card.update(held=card["held"] + won, held_ever=True)
        store.put("card:" + hold["card"], card)

    def completion(self):
        store, request = self.store, self.request
        if self.was_reversed():
            return "25", {}
        key = self.hold_key(request[38])
        hold = store.get(key)
        if hold is None or hold["reference"] != request[37] or hold["card"] != request[2]:
            return "25", {}
        again = FAULT == "completed-again" and store.restarted and hold["state"] == "completed"
        if hold["state"] != "open" and not again:
            return "25", {}
        used = self.call_tag("0032")
        if (used is None) != (hold["rate"] is None):
            return "25", {}
        asked = int(request[4]) if used is None else self.price_won(hold, int(used))
        above = "more-than-held" if used is None else "call-above-hold"
        posted = asked if again or (FAULT == above and store.restarted) else \
            min(asked, hold["amount"])
        if used is not None:
            store.put("what", "022000 call")
        if not again:
            self.change_hold(key, -hold["amount"], "completed")
        card = self.move(request[2], -posted)
        self.spent(card, posted)
        return "00" if posted == asked else "10", {4: f"{posted:012d}", **self.card_amounts(card)}

    def release(self, part, won):
        """A hold's part, or some of it."""
        key = self.store.get("part:" + part)
        state = self.store.get(key)["state"]
        if state == "completed":
            return "00" if FAULT == "completed-released" and self.store.restarted else "25"
        if state == "open":
            self.change_hold(key, -won)
        return "00"

    # Banks ----------------------------------------------------------------------------------------

    def deposit(self):
        store, request = self.store, self.request
        if self.was_reversed():
            return "25", {}
        won = int(request[4])
        if 2 in request:
            code, _ = self.gate(asks=False)
            if code:
                return code, {}
            self.move(request[2], won)
        else:
            agent = "prefund:" + request[103]
            store.put(agent, store.get(agent) + won)
            store.put("paid:" + self.key, agent)
        return "00", self.approval()

    def undo_deposit(self, key, number, won, kind):
        """Or a recharge, or an exchange."""
        store = self.store
        if number is not None:
            card = store.get("card:" + number)
            if card["balance"] - card["held"] < won:
                return "51"
            card = self.move(number, -won)
            if kind == "2028":
                agent = "prefund:" + key.split("|")[-1]
                store.put(agent, store.get(agent) + won)
            elif kind == "2097":
                store.put("card:" + number, {**card, "points": card["points"] + won})
            return "00"
        agent = store.get("paid:" + key)
        if store.get(agent) < won:
            return "61"
        store.put(agent, store.get(agent) - won)
        return "00"

    # Owners ---------------------------------------------------------------------------------------

    def tag(self, name):
        return dict(iso.unpack_tags(self.request[48])).get(name)

    def new_pin(self):
        return iso.pin_of_block(self.station.pin_key, bytes.fromhex(self.tag("0010")), self.request[2])

    def changed(self, card, **fields):
        card.update(fields)
        self.store.put("card:" + self.request[2], card)
        return "00", {}

    def password_change(self):
        if 52 in self.request:
            code, card = self.gate()
            return (code, {}) if code else self.changed(card, pin=self.new_pin())
        code, card = self.gate(passing=BLOCKS[:1])
        if code is None and self.tag("0012") != card["owner"]:
            code = "55"
        return (code, {}) if code else \
            self.changed(card, pin=self.new_pin(), wrong=0, blocks=[])

    def registration(self):
        code, card = self.gate()
        return (code, {}) if code else self.changed(card, owner=self.tag("0012"))

    def block(self):
        code, card = self.gate(passing=BLOCKS, asks=self.name == "SITE")
        reason = "owner" if self.name == "SITE" else "operator"
        return (code, {}) if code else \
            self.changed(card, blocks=sorted({*card["blocks"], reason}))

    def unblock(self):
        _, card = self.gate(passing=BLOCKS, asks=False)
        keeps_count = FAULT == "freed-count" and self.store.restarted
        return self.changed(card, wrong=min(card["wrong"], 4) if keeps_count else 0, blocks=[])
