"""The toy switch's recharges and exchanges of points."""

from demo_world import iso, now
from recharges import valid_until
from stub_store import FAULT

CAP = 1_000_000


class Savings:
    """A part of the toy; each returns DE 39 and the answer's further elements."""

    def recharge(self):
        store, request = self.store, self.request
        if self.was_reversed():
            return "25", {}
        code, card = self.gate()
        if code:
            return code, {}
        won, agent = int(request[4]), "prefund:" + request[42]
        if card["balance"] + won > CAP:
            return "61", {44: "CAP"}
        left = store.get(agent) - won
        if left < 0:
            return "61", {44: "PREFUND"}
        store.put(agent, left)
        fields = {**self.approval(), **self.card_amounts(self.move(request[2], won))}
        fields[54] += f"3002410C{left:012d}"
        day = "20310101" if FAULT == "short-validity" and store.restarted else valid_until(now(0))
        return "00", {**fields, 48: iso.pack_tags([("0006", day)])}

    def points_exchange(self):
        store, request = self.store, self.request
        if self.was_reversed():
            return "25", {}
        code, card = self.gate()
        if code:
            return code, {}
        points = int(request[4])
        if card["balance"] + points > CAP:
            return "61", {44: "CAP"}
        if card["points"] < points or (FAULT == "no-exchange" and store.restarted):
            return "51", {}
        card = self.move(request[2], points)
        card["points"] -= points
        store.put("card:" + request[2], card)
        fields = {**self.approval(), **self.card_amounts(card)}
        fields[54] += self.told_points(card)
        return "00", fields
