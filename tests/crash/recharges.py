"""What a recharge's answer must tell: the prefund that is left, and how long the card is valid from now on."""

import datetime

import demo_world as world
from demo_world import iso


# So far the switch's clock may be ahead of ours, or have been at an earlier start.
clock_ahead = datetime.timedelta()


def valid_until(moment):
    """The last day, of a recharge at this moment."""
    day = moment.astimezone(world.SEOUL).date() + datetime.timedelta(days=world.VALIDITY_DAYS)
    return day.strftime("%Y%m%d")


def wrong_recharge(request, answer, won):
    """A sentence, or None. It was booked at some moment since the request was made."""
    if won.get(("30", "02"), -1) < 0:
        return "the answer to a recharge has no prefund in DE 54, or one below zero"
    told = dict(iso.unpack_tags(answer.get(48, "")) or ()).get("0006")
    first, last = valid_until(request.made_at), valid_until(world.now(0) + clock_ahead)
    return None if told and first <= told <= last else \
        f"a recharged card is valid until {told}, it must be {first} to {last}"
