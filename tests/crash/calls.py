"""Rated calls: what they must cost by the rates of the demo world, and what a grant's answer must tell."""

import dataclasses

from demo_world import iso

MOST_GRANTED_S = 3_600
SHORTEST_HOLD_S = 600  # after the last second granted; no data folder may become so old


@dataclasses.dataclass(frozen=True)
class Rate:
    won: int
    unit_s: int
    connection_won: int = 0

    def units_won(self, seconds):
        return -(-seconds // self.unit_s) * self.won

    def price_won(self, seconds):
        """Of a whole call."""
        return self.connection_won + self.units_won(seconds) if seconds else 0

    def grantable_s(self, won):
        """The longest that so much pays, the connection not included; 0: not one unit."""
        return min(max(won, 0) // self.won, self.most_s() // self.unit_s) * self.unit_s

    def most_s(self):
        return MOST_GRANTED_S // self.unit_s * self.unit_s


RATES = {"02": Rate(39, 180), "01": Rate(145, 60), "00": Rate(680, 60, 200), "": Rate(42, 180)}
# Numbers, and how often they are called: what is dear holds much of what others want to pay with.
CALLED = {"0212345678": 6, "02": 2, "15441234": 4, "0311234567": 3, "0": 1, "01012345678": 4, "011": 1,
          "00112125551234": 3}


def rate_of(called):
    """By the longest prefix."""
    return RATES.get(called[:2], RATES[""])


def granted_s(answer):
    """What tag 0031 says; None where it is not there or no number."""
    tags = iso.unpack_tags(answer.get(48, "")) or ()
    text = dict(tags).get("0031", "")
    return int(text) if text.isascii() and text.isdigit() and len(tags) == 1 else None


def wrong_grant(request, answer, rate, available_won):
    """A sentence, or None. `rate`: by which the call began. A grant is the longest that the card pays, so that it
    leaves less than a unit costs or is an hour."""
    seconds = granted_s(answer)
    if not seconds or seconds % rate.unit_s or seconds > MOST_GRANTED_S:
        return f"{seconds} s were granted, by units of {rate.unit_s}"
    if int(answer[4]) != 0:
        return "the answer to a call has an amount"
    if request.expected_s is not None and seconds != request.expected_s:
        return f"{seconds} s were granted, by the answers before it must be {request.expected_s}"
    if seconds < rate.most_s() and available_won >= rate.won:
        return (f"{seconds} s were granted and {available_won} won left, which pay longer, at "
                f"{rate.won} for {rate.unit_s} s")
    return None
