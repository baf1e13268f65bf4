"""The toy switch's transactions: verify, inquiry, purchase, refund, sale, collect, activation, reversal."""

from demo_world import iso
from stub_store import FAULT

BLOCKS = ("passwords", "owner", "operator")


class Transactions:
    """A part of the toy; each returns DE 39 and the answer's further elements."""

    @staticmethod
    def card_amounts(card):
        return {54: "".join(f"00{kind}410C{won:012d}" for kind, won in (
            ("01", card["balance"]), ("02", card["balance"] - card["held"])))}

    @staticmethod
    def told_points(card):
        return f"0090410{'D' if card['points'] < 0 else 'C'}{abs(card['points']):012d}"

    def approval(self):
        number = self.store.get("sequence") + 1
        self.store.put("sequence", number)
        fields = {38: f"{number % 10 ** 6:06d}"}
        if 37 not in self.request:
            fields[37] = f"S{number:011d}"
        return fields

    def gate(self, wanted="active", passing=(), asks=True):
        """(code or None, card): state, blocks but those that pass, password."""
        card = dict(self.store.get("card:" + self.request[2]) or {})
        if not card or card["state"] == "closed":
            return "14", card
        if card["state"] != wanted:
            return ("57" if wanted == "sold" else "14"), card
        if set(card["blocks"]) - set(passing):
            return "62", card
        if not card["blocks"] and asks and 52 in self.request:
            pin = iso.pin_of_block(self.station.pin_key, self.request[52], self.request[2])
            if pin != card["pin"]:
                return self.wrong(card), card
            if card["wrong"]:
                card["wrong"] = 0
                self.store.put("card:" + self.request[2], card)
        return None, card

    def wrong(self, card):
        if self.store.get("wrong:" + self.key) and FAULT != "count-every":
            return "55"
        self.store.put("wrong:" + self.key, True)
        card["wrong"] += 1
        if card["wrong"] == 5 and FAULT != "never-block":
            card["blocks"] = ["passwords"]
        self.store.put("card:" + self.request[2], card)
        return "75" if card["wrong"] == 5 else "55"

    def was_reversed(self):
        return any(self.store.get("early:" + key) for key in self.early_keys())

    def verify(self):
        code, card = self.gate()
        return (code, {}) if code else ("00", {38: "000000", **self.card_amounts(card)})

    def inquiry(self):
        code, card = self.gate(passing=BLOCKS)
        if code is None and FAULT == "inquiry" and self.random.random() < 0.1:
            card["balance"] += 1
        if code:
            return code, {}
        fields = self.card_amounts(card)
        if card["owner"] or card["points"]:
            fields[54] += self.told_points(card)
        return "00", fields

    def earn(self, key, before, after):
        """The points of a purchase of which so much is left."""
        rate, number = self.store.get("rate:" + key) or (0, None)
        points = after * rate // 10_000 - before * rate // 10_000
        if points:
            card = dict(self.store.get("card:" + number))
            card["points"] += points
            self.store.put("card:" + number, card)

    def spent(self, card, amount):
        """A purchase or completion begins to earn."""
        if card["owner"] and self.name != "TEL":
            self.store.put("rate:" + self.key, (100, self.request[2]))
        self.earn(self.key, 0, amount)

    def move(self, number, won):
        card = dict(self.store.get("card:" + number))
        card["balance"] += won
        self.store.put("card:" + number, card)
        if won:
            self.enter(number, won)
        return card

    def purchase(self):
        if self.was_reversed():
            return "25", {}
        code, card = self.gate()
        if code:
            return code, {}
        amount = int(self.request[4])
        if amount > card["balance"] - card["held"]:
            return "51", {}
        card = self.move(self.request[2], -amount)
        self.spent(card, amount)
        return "00", {**self.approval(), **self.card_amounts(card)}

    def refund(self):
        if self.was_reversed():
            return "25", {}
        store, request = self.store, self.request
        index, name, approval = ("by90:", request[90][:20], "") if 90 in request else \
            ("paid37:", request[37], "|" + request[38])
        found = (store.get(index + "|".join([self.name, name, terminal, request[42]]) + approval)
                 for terminal in self.terminals())
        key = next(filter(None, found), None)
        original = store.get("dup:" + key) if key else None
        if original is None or original["code"] not in ("00", "10"):
            return "25", {}
        undone = store.get("undone:" + key)
        left = original["amount"] if not undone else undone["left"]
        refunded = max(0, store.get("refunded:" + key) or 0)
        amount = int(request[4])
        if left - refunded <= 0:
            return "25", {}
        if amount > left - refunded:
            return "13", {}
        store.put("refunded:" + key, refunded + amount)
        self.earn(key, left - refunded, left - refunded - amount)
        store.put("refund-of:" + self.key, key)
        card = self.move(request[2], amount)
        return "00", {**self.approval(), **self.card_amounts(card)}

    def terminals(self):
        prefix = self.request[41][:3] if self.name != "BANG" else "BANG"
        return [f"{prefix}{number:0{8 - len(prefix)}d}" for number in range(1, 7)]

    def sale(self):
        store, request = self.store, self.request
        if self.was_reversed():
            return "25", {}
        lines = dict(iso.unpack_tags(request[48]))["0001"]
        faces = [int(lines[at:at + 6]) for at in range(0, len(lines), 8)
                 for _ in range(int(lines[at + 6:at + 8]))]
        if 2 in request and store.get("card:" + request[2])["state"] != "stock":
            return "57", {}
        left = store.get("prefund:" + request[42]) - sum(faces)
        if left < 0:
            return "61", {44: "PREFUND"}
        fields = self.approval()
        order = f"{fields[38]:0>16s}"
        cards = []
        for face in faces:
            if 2 in request:
                card = dict(store.get("card:" + request[2]))
                card.update(state="active", balance=face, held_ever=False)
                store.put("card:" + request[2], card)
                cards.append(request[2])
                self.enter(request[2], face)
                continue
            digits = f"941012{self.random.randrange(10 ** 9):09d}"
            cards.append(digits + iso.luhn_digit(digits))
            self.new_card(cards[-1], face, "sold", f"{self.random.randrange(10 ** 8):08d}")
            self.enter(cards[-1], face)
        store.put("prefund:" + request[42], left)
        store.put("order:" + order, cards)
        store.put("sold:" + self.key, cards)
        if FAULT == "sale-half" and len(faces) > 2 and store.restarted:
            store.draft.pop("prefund:" + request[42])
        return "00", {**fields, 54: f"3002410C{left:012d}", 48: iso.pack_tags(
            [("0002", order), ("0003", f"{len(faces):03d}")])}

    def collect(self):
        tags = dict(iso.unpack_tags(self.request[48]))
        cards = self.store.get("order:" + tags["0002"])
        if cards is None:
            return "25", {}
        number = cards[int(tags["0003"]) - 1]
        card = self.store.get("card:" + number)
        if card["state"] != "sold":
            return "25", {}
        block = iso.pin_block(self.station.pin_key, card["pin"], number).hex().upper()
        pin_number = "903456781234" if FAULT != "other-pin" or not self.store.restarted else \
            "903456781235"
        return "00", {2: number, 48: iso.pack_tags([("0004", pin_number), ("0005", block),
                                                    ("0006", "20310101")])}

    def activation(self):
        if self.was_reversed():
            return "25", {}
        code, card = self.gate("sold")
        if code:
            return code, {}
        card.update(state="active", pin=self.new_pin(), owner=self.tag("0012"))
        if FAULT == "password" and self.store.restarted:
            card["pin"] = "99999"
        self.store.put("card:" + self.request[2], card)
        return "00", {**self.approval(), **self.card_amounts(card)}

    def reversal(self):
        store, request = self.store, self.request
        if 90 in request:
            name = "90" + self.by90(request[90])
            key = store.get("by90:" + name[2:])
        elif 37 in request:
            name = "37" + self.by37(request[37])
            key = store.get("by37:" + name[2:])
        else:
            own = "|".join([self.name] + [request[de] for de in (11, 12, 13, 41, 42)])
            name = "12" + own
            keys = (f"{self.name}|{klass}|" + own.partition("|")[2]
                    for klass in ("0200", "0220", "0100"))
            key = next((key for key in keys if store.get("dup:" + key)), None)
        if key is None or store.get("dup:" + key) is None:
            store.put("early:" + name, True)
            return "00", {}
        original = store.get("dup:" + key)
        undone = store.get("undone:" + key)
        if original["code"] in ("00", "10") and (undone is None or undone["left"]):
            left = undone["left"] if undone else original["amount"]
            real = int(request[95][:12]) if 95 in request else 0
            code = self.undo(key, original, left - real)
            if code != "00":
                return code, {}
            store.put("undone:" + key, {"left": real})
        else:
            store.put("undone:" + key, {"left": undone["left"] if undone else 0})
        return "00", {}

    def undo(self, key, original, won):
        store, content = self.store, original["content"]
        kind = original["class"][1:3] + content[1][:2]
        store.put("what", "undo " + kind)
        if kind == "1000":
            return self.release(key, won)
        if kind in ("2021", "2028", "2097"):
            return self.undo_deposit(key, content[0], won, kind)
        if kind in ("2093", "2094", "2096", "2098"):
            return "25"
        if kind in ("2000", "2200"):
            if store.get("refunded:" + key):
                return "25"
            undone = store.get("undone:" + key)
            left = undone["left"] if undone else original["amount"]
            self.earn(key, left, left - won)
            if FAULT != "reversal-moves-nothing" or not store.restarted:
                self.move(content[0], won)
        elif kind == "2020":
            card = store.get("card:" + content[0])
            if card["balance"] - card["held"] < won:
                return "51"
            of = store.get("refund-of:" + key)
            refunded, paid = store.get("refunded:" + of) or 0, store.get("dup:" + of)["amount"]
            store.put("refunded:" + of, refunded - won)
            undone = store.get("undone:" + of)
            left = (undone["left"] if undone else paid) - refunded
            self.earn(of, left, left + won)
            self.move(content[0], -won)
        else:
            cards = store.get("sold:" + key)
            stock = content[0] is not None
            if not stock and any(store.get("card:" + c)["state"] != "sold" for c in cards) \
                    and FAULT != "unsell":
                return "25"
            if stock and store.get("card:" + content[0])["held_ever"] and FAULT != "unsell-held":
                return "25"
            agent = key.split("|")[-1]
            store.put("prefund:" + agent, store.get("prefund:" + agent) + original["amount"])
            for number in cards:
                card = dict(store.get("card:" + number))
                self.enter(number, -card["balance"])
                card.update(state="stock" if stock else "closed", balance=0, held=0)
                store.put("card:" + number, card)
        return "00"
