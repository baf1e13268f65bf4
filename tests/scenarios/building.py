"""From the words of a send line to the bytes of a message."""

import re

import demo_world as world
import language
from connection import Failure
from demo_world import iso


class Building:
    """The half of the player that makes requests; it uses its variables, messages, secrets and STAN."""

    # Values ---------------------------------------------------------------------------------------

    def _variable(self, match):
        name, field, change = match.groups()
        if field is None:
            if name not in self.variables:
                raise Failure(f"${name} has no value")
            value = self.variables[name]
        else:
            de, _, tag = field.partition(".")
            if name not in self.messages:
                raise Failure(f"{name} was not sent")
            value = self.messages[name].field(int(de))
            if value is None:
                raise Failure(f"{name} has no DE {de}")
            if tag:
                value = dict(iso.unpack_tags(value))[tag]
        return str(int(value) + int(change)) if change else value

    def substitute(self, text):
        return re.sub(r"\$([a-z][a-z0-9_]*)(?:\.(\d+(?:\.\d{4})?))?([+-]\d+)?", self._variable, text)

    def value(self, key, text, message, station):
        """What a value in the file stands for. `message` has what a PIN block needs: DE 2 and 102."""
        call = re.fullmatch(r"(\w+)\((.*)\)", text)
        if not call:
            text = language.unquote(self.substitute(text))
            if key.isdigit() and int(key) in iso.BINARY_FIELDS:
                return bytes.fromhex(text)
            return text
        name, arguments = call.group(1), [part.strip() for part in
                                          self.substitute(call.group(2)).split(",")]
        if name == "pin":
            number = arguments[1] if len(arguments) > 1 else message.get(2, "")
            block = iso.pin_block(station.pin_key, arguments[0], number)
            self.secrets.setdefault(block.hex(), "a PIN block")
            return block if key == "52" else block.hex().upper()
        if name == "original":
            if arguments[0] not in self.messages:
                raise Failure(f"{arguments[0]} was not sent")
            sent = self.messages[arguments[0]]
            mti = arguments[1] if len(arguments) > 1 else sent.message[0]
            return (mti + sent.message[11] + sent.message[7] + sent.message.get(32, "").zfill(11)
                    + sent.message.get(33, "").zfill(11))
        if name == "raw":
            return iso.Raw(bytes.fromhex(arguments[0]))
        if name == "text":  # so many letters
            return "x" * int(arguments[0])
        if name == "badluhn":  # the same number with another check digit
            return arguments[0][:-1] + str((int(arguments[0][-1]) + 1) % 10)
        if name == "validity":  # DE 48 0006 of a card sold today
            return world.day(self.offset_s, world.VALIDITY_DAYS)
        if name == "day":  # the date so many days from today
            return world.day(self.offset_s, int(arguments[0] or 0))
        if name == "month":  # the month so many months from this one
            return world.month(self.offset_s, int(arguments[0] or 0))
        raise Failure(f"no function {name}")

    def _keep_secret(self, message):
        number = message.get(2, "")
        if isinstance(number, str) and 12 <= len(number) <= 19:
            self.secrets.setdefault(number, "a PIN#" if len(number) == 12 else "a card number")

    # Messages --------------------------------------------------------------------------------------

    def _next_stan(self):
        self.stan += 1
        return f"{self.stan:06d}"

    def _defaults(self, station, mti):
        """What a terminal fills in by itself."""
        moment = world.now(self.offset_s)
        local = moment.astimezone(world.SEOUL)
        message = {0: mti, 7: moment.strftime("%m%d%H%M%S"), 11: self._next_stan()}
        if mti[1] in "124":
            message.update({41: station.terminal, 42: station.merchant})
        if mti[1] in "12":
            message.update({12: local.strftime("%H%M%S"), 13: local.strftime("%m%d")})
        return message

    def build(self, station, mti, items, like=None):
        """(message, options, tags order kept) of a send line."""
        if like is not None:
            message = {**like.message, 0: mti}
        else:
            message = self._defaults(station, mti)
            has = {item.key for item in items if item.how == "="}
            if mti[1] in "12" and "4" in has:
                message[49] = "410"
        options, tags, removed = {}, [], []
        if like is not None and 48 in message and any(i.key.startswith("48.") for i in items):
            tags = list(iso.unpack_tags(message.pop(48)))
        # DE 2 and 102 first: the PIN blocks are made from them.
        for item in sorted(items, key=lambda item: item.key not in ("2", "102")):
            if item.how == "-":
                removed.append(item.key)
                continue
            if item.key in language.SEND_OPTIONS:
                options[item.key] = self.substitute(item.value)
                continue
            value = self.value(item.key, item.value, message, station)
            if item.key.startswith("48."):
                tags = [pair for pair in tags if pair[0] != item.key[3:] or like is None]
                tags.append((item.key[3:], value))
            else:
                message[int(item.key)] = self._normal(int(item.key), value)
        for key in removed:
            if key.startswith("48."):
                tags = [pair for pair in tags if pair[0] != key[3:]]
            else:
                message.pop(int(key), None)
                tags = [] if key == "48" else tags
        if tags:
            message[48] = iso.pack_tags(tags)
        self._keep_secret(message)
        return message, options

    @staticmethod
    def _normal(de, value):
        """A value as it decodes again: digits filled with zeros, fixed text with blanks."""
        if isinstance(value, bytes) or de not in iso.FIELDS:
            return value
        kind, length_kind, length = iso.FIELDS[de]
        if length_kind != "F":
            return value
        return value.zfill(length) if kind == "n" else value.ljust(length) if kind == "a" else value

    def pack(self, station, message, options):
        """The whole frame of a message, with what the options spoil in it."""
        mac = station.mac
        how = options.get("mac")
        if how == "none":
            mac = None
        elif how == "wrong":
            mac = iso.Mac(mac.kind, bytes(b ^ 0x22 for b in mac.key))
        message = {de: value for de, value in message.items() if de == 0 or de not in (64, 128)
                   or mac is None}
        if "fill" in options:
            message = self._filled(station, message, mac, int(options["fill"]))
        bitmap = bytes.fromhex(options["bitmap"]) if "bitmap" in options else None
        data = iso.encode_message(station.profile, message, mac,
                                  always_secondary=options.get("secondary") == "yes", bitmap=bitmap)
        data += bytes.fromhex(options.get("trailing", ""))
        if "cut" in options:
            data = data[:-int(options["cut"])]
        return iso.frame(station.header, data, station.tpdu)

    def _filled(self, station, message, mac, size):
        """The message made exactly so long by reserved elements of DE 105 and on."""
        message = {**message, 105: ""}
        prefix = len(iso.encode_field(station.profile, 105, ""))
        de = 105
        while True:
            left = size - len(iso.encode_message(station.profile, message, mac)) - len(station.tpdu)
            if left <= 999:
                message[de] = "x" * left
                return message
            message[de] = "x" * min(999, left - prefix)
            de += 1
            message[de] = ""
