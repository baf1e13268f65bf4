"""The demo world as a tester knows it: stations, ports, keys, terminals, clocks. No I/O."""

import dataclasses
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import iso8583 as iso  # noqa: E402

FIRST_PORT = 8580  # --port-base takes this port's place
PORT_COUNT = 13    # the stations', the simulator's and the metrics'
VALIDITY_DAYS = 1825
CUTOVER = datetime.time(23, 30)
SEOUL = datetime.timezone(datetime.timedelta(hours=9))


@dataclasses.dataclass(frozen=True)
class Station:
    port: int
    terminal: str
    merchant: str
    pin_key: bytes
    profile: str = "iso87-binary"
    header: str = "2-byte"
    tpdu: bytes = b""
    mac: iso.Mac = None


def _station(port, terminal, merchant, pin_key, **more):
    return Station(port, terminal, merchant, bytes.fromhex(pin_key), **more)


STATIONS = {
    "OPER": _station(8580, "OPER0001", "DEMOOPERATOR001", "97A4B9D3C7E0F1522A4C6E8091A2C4E6"),
    "VEND": _station(8581, "VEN00001", "DEMOVENDING0001", "8FC49EBF2616AEFD1F2A3B04C4D6E6F8",
                     profile="iso87-ascii-binary", header="2-bcd",
                     tpdu=bytes.fromhex("6000010002")),
    "POS": _station(8583, "POS00001", "DEMOMART0000001", "1C5B2A79D0E34F86A8B3C49D5E6E7080"),
    "BANG": _station(8584, "BANG0001", "DEMOPCBANG00001", "2A6E3D58C1F14A97B9C4D5AE6E708092",
                     mac=iso.Mac("x9.19", bytes.fromhex("31F7A2C84CB597E0C2D9B5E07A6E8034"))),
    "TEL": _station(8585, "TEL00001", "DEMOTELEPHONE01", "3B7F4F68D3C15BA8CBD5E6BF708092A2",
                    mac=iso.Mac("cmac", bytes.fromhex("603DEB1015CA71BE2B73AEF0857D7781"))),
    "AGENT": _station(8586, "AGT00001", "DEMOAGENT000001", "4C805E7AE3D36BB9DAE6F7C18092A2B5"),
    "SITE": _station(8587, "SITE0001", "DEMOCARDSITE001", "5D916E8AF4E37CCBECF708D092A2B5C4"),
    "BANK": _station(8588, "BANK0001", "DEMOBANK0000001", "6EA27F9D04F48CDAFD0819E3A2B5C4D6"),
    "ASCII": _station(8589, "ASC00001", "DEMOMALL0000001", "7FB38FAD16049EEC0E192AF2B5C4D6E6",
                      profile="iso87-ascii", header="4-ascii"),
}

LOT_FIRST, LOT_SIZE = 941012990000001, 100


def lot_card(index):
    """The card number of the stock card at this place in the demo lot, from 0."""
    digits = str(LOT_FIRST + index)
    return digits + iso.luhn_digit(digits)


def now(offset_s):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_s)


def business_day(moment):
    """DE 15: the Seoul date, and the next one after the cutover."""
    local = moment.astimezone(SEOUL)
    if local.time() >= CUTOVER:
        local += datetime.timedelta(days=1)
    return local.strftime("%m%d")


def day(offset_s, days=0):
    """YYYYMMDD in Seoul, so many days from the shifted present."""
    return (now(offset_s).astimezone(SEOUL) + datetime.timedelta(days=days)).strftime("%Y%m%d")


def month(offset_s, months=0):
    """YYYYMM in Seoul, so many months from the shifted present."""
    local = now(offset_s).astimezone(SEOUL)
    count = local.year * 12 + local.month - 1 + months
    return f"{count // 12:04d}{count % 12 + 1:02d}"


def seconds_until(clock, later_s):
    """From the present to `later_s` after the next time that a Seoul clock shows hh:mm, or shows it on that
    day of a month: dd/hh:mm. Never into the past."""
    date, _, time_of_day = clock.rpartition("/")
    hour, minute = (int(part) for part in time_of_day.split(":"))
    local = now(0).astimezone(SEOUL)
    then = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    while then <= local or then + datetime.timedelta(seconds=later_s) <= local \
            or (date and then.day != int(date)):
        then += datetime.timedelta(days=1)
    return int((then - local).total_seconds() + later_s) + 1


def parse_seconds(text):
    """`200ms`, `5s`, `2h`, `31d`, with or without a sign, in seconds; None when it is none."""
    for unit, factor in (("ms", 0.001), ("s", 1), ("h", 3600), ("d", 86400)):
        number = text[:-len(unit)].lstrip("+")
        if text.endswith(unit) and number.replace(".", "", 1).lstrip("-").isdigit():
            return float(number) * factor
    return None
