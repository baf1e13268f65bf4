"""What is expected of an answer: by the file, and always."""

import re

import demo_world as world
import language
import statement
from connection import Failure
from demo_world import iso

# An answer repeats these as they were received, whatever it decides.
ECHOED = (2, 3, 4, 7, 11, 12, 13, 18, 22, 25, 32, 37, 41, 42, 49, 90, 103)
# No answer ever carries these: passwords, tracks, the payer's account.
NEVER_ANSWERED = (14, 35, 36, 45, 52, 55, 102)
# A repeat of an answer may differ here: DE 7 is the repeat's, MACs are made anew.
NOT_COMPARED = {7, 64, 128}


class Checking:
    """The half of the player that judges answers. Nothing it says shows a card number or a password."""

    def _check_always(self, station, sent, answer, data):
        """What holds for every answer, so that no file has to say it."""
        mti = answer[0]
        if mti[3] != "0" or mti[2] not in "13":
            raise Failure(f"MTI {mti} is no answer's")
        if 39 not in answer:
            raise Failure("the answer has no DE 39")
        if station.mac is not None:
            if not iso.mac_is_right(station.profile, data, station.mac):
                raise Failure(f"the answer's MAC is missing or wrong; DE 39 is {answer[39]}")
        elif 64 in answer or 128 in answer:
            raise Failure("the answer carries a MAC and the station has none")
        for de in NEVER_ANSWERED:
            if de in answer:
                raise Failure(f"the answer carries DE {de:03d}")
        if (answer[39] == "30" or answer[39] == "61") and 44 not in answer:
            raise Failure(f"DE 39 is {answer[39]} and DE 44 does not say why")
        self._keep_secret(answer)
        statement.check(dict(iso.unpack_tags(answer.get(48, "")) or ()))
        if mti[1] in "124" and 15 not in answer:
            raise Failure(f"the answer has no DE 15; DE 39 is {answer[39]}")

    def _check_echo(self, sent, answer, named):
        for de in ECHOED:
            if de in named:
                continue
            if de in sent.message and not isinstance(sent.message[de], iso.Raw):
                if answer.get(de) != sent.message[de] and (sent.exact or de in answer):
                    raise Failure(f"DE {de:03d} is not repeated as it was sent: "
                                  + self._compare(de, sent.message[de], answer.get(de))
                                  + f"; DE 39 is {answer[39]}")
        if answer[0][1] in "124" and 15 not in named and 15 in answer:
            days = {world.business_day(moment) for moment in
                    (sent.before, world.now(self.offset_s)) if moment is not None}
            if answer[15] not in days:
                raise Failure(f"DE 15 is {answer[15]}, the business day is {' or '.join(days)}")

    @staticmethod
    def _shown(de, value):
        if value is None:
            return "absent"
        lines = iso.describe({0: "", de: value})[1:]
        return " ".join(" ".join(line.split(" ")[2 if line.startswith("DE") else 0:])
                        for line in lines)

    def _compare(self, de, expected, got):
        return f"expected {self._shown(de, expected)}, got {self._shown(de, got)}"

    def _check_items(self, station, items, answer):
        for item in items:
            key = item.key
            base = int(key.partition(".")[0])
            got, shown = self._look_up(station, key, answer)
            if item.how == "-":
                if got is not None:
                    raise Failure(f"{key} is there and should not be" + self._why(answer))
            elif item.how == "->":
                if got is None:
                    raise Failure(f"{key} is absent" + self._why(answer))
                self.variables[item.value] = got
                if key == "48.0004" or key.endswith(".pin"):
                    self.secrets.setdefault(got, "a PIN#" if len(got) == 12 else "a password")
            elif item.value == "*":
                if got is None:
                    raise Failure(f"{key} is absent" + self._why(answer))
            elif item.value.startswith("/"):
                if got is None or not re.fullmatch(item.value.strip("/"), self._text(got).rstrip(" ")):
                    raise Failure(f"{key}: expected {item.value}, got {shown}" + self._why(answer))
            else:
                expected = self.value(key, item.value, answer, station)
                if key in language.GROUPS:
                    expected = str(int(expected))
                elif key.isdigit():
                    expected = self._normal(base, expected)
                if got != expected:
                    raise Failure(f"{key}: expected {self._masked(key, expected)}, got {shown}"
                                  + self._why(answer))

    def _why(self, answer):
        """The rest of the story, for a failure: DE 39 and 44."""
        extra = f" {answer[44]}" if 44 in answer else ""
        return f" (DE 39 is {answer[39]}{extra})"

    @staticmethod
    def _text(value):
        return value.hex().upper() if isinstance(value, bytes) else value

    def _masked(self, key, value):
        if value is None:
            return "absent"
        if key in language.GROUPS or language.STATEMENT_KEYS.fullmatch(key):
            return value
        if key.endswith(".pin"):
            return f"[masked {len(value)}]"
        if key.startswith("48."):
            return self._shown(48, iso.pack_tags([(key[3:7], value)])).partition(" ")[2][8:]
        return self._shown(int(key), value)

    def _look_up(self, station, key, answer):
        """(value or None, the same fit for printing)."""
        if key in language.GROUPS:
            account, kind = language.GROUPS[key]
            text, value = answer.get(54, ""), None
            if len(text) % 20:
                raise Failure(f"DE 54 has {len(text)} characters, no multiple of 20")
            for at in range(0, len(text), 20):
                group = text[at:at + 20]
                if (group[:2], group[2:4]) == (account, kind):
                    if group[4:7] != "410" or group[7] not in "CD":
                        raise Failure(f"a group of DE 54 is {group}")
                    value = str(int(group[8:]) * (1 if group[7] == "C" else -1))
            return value, value or "absent"
        if not key.startswith("48."):
            value = answer.get(int(key))
            return value, self._masked(key, value)
        tags = iso.unpack_tags(answer.get(48, ""))
        if tags is None:
            raise Failure("the answer's DE 48 is broken")
        if language.STATEMENT_KEYS.fullmatch(key):
            value = statement.look_up(key, tags)
            return value, value or "absent"
        value = dict(tags).get(key[3:7])
        if value is not None and key.endswith(".pin"):
            try:
                value = iso.pin_of_block(station.pin_key, bytes.fromhex(value), answer.get(2, "0"))
            except ValueError:
                value = None
            if value is None:
                raise Failure(f"{key[:-4]} is no PIN block under the station's key")
        return value, self._masked(key, value)
