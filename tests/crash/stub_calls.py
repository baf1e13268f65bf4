"""The toy switch's rated calls: what a grant holds and what a completion costs."""

from calls import Rate, rate_of
from demo_world import iso
from stub_store import FAULT


class Calls:
    """A part of the toy."""

    def call_tag(self, name):
        """None but at an exchange."""
        if self.name != "TEL" or 48 not in self.request:
            return None
        return dict(iso.unpack_tags(self.request[48])).get(name)

    def grant(self, called, call, available_won):
        """(seconds, won, rate as it is kept); `call`: the hold of the one that this renews, or None."""
        rate = Rate(*call["rate"]) if call else rate_of(called)
        if FAULT == "call-rate-forgotten" and self.store.restarted and call:
            rate = rate_of(called)
        connection_won = rate.connection_won if call is None or FAULT == "connection-again" else 0
        seconds = rate.grantable_s(available_won - connection_won)
        if FAULT == "grant-short" and self.store.restarted:
            seconds = max(0, seconds - rate.unit_s)
        if FAULT == "grant-long" and seconds < rate.most_s():
            seconds += rate.unit_s
        return seconds, connection_won + rate.units_won(seconds), \
            (rate.won, rate.unit_s, rate.connection_won)

    def price_won(self, call, seconds):
        rate = Rate(*call["rate"])
        if FAULT == "call-rate-lost" and self.store.restarted:
            rate = rate_of("")
        won = rate.price_won(seconds)
        if FAULT == "call-unit-more" and self.store.restarted:
            won += rate.won
        if FAULT == "connection-twice" and self.store.restarted and seconds:
            won += rate.connection_won
        return won
