"""Plays the steps of one scenario file against one switch."""

import re
import socket
import time

import demo_world as world
import language
from demo_world import STATIONS, iso

# An answer repeats these as they were received, whatever it decides.
ECHOED = (2, 3, 4, 7, 11, 12, 13, 18, 22, 25, 32, 37, 41, 42, 49, 90, 103)
# No answer ever carries these: passwords, tracks, the payer's account.
NEVER_ANSWERED = (14, 35, 36, 45, 52, 55, 102)
# A repeat of an answer may differ here: DE 7 is the repeat's, MACs are made anew.
NOT_COMPARED = {7, 64, 128}


class Failure(Exception):
    """A step did not go as the file says. `line` is filled in where the step is known."""

    def __init__(self, what, line=None):
        super().__init__(what)
        self.line = line


class Sent:
    """A request on its way, and its answer once it is there."""

    def __init__(self, message, before, exact):
        self.message, self.before, self.exact = message, before, exact
        self.answer = None

    def field(self, de):
        if de in self.message:
            return self.message[de]
        return self.answer[de] if self.answer and de in self.answer else None


class Connection:
    """One TCP connection of a station: frames out, frames in."""

    def __init__(self, station, port, patience):
        self.station, self.patience = station, patience
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = bytearray()
        self.pending = []  # of Sent, oldest first
        self.inbox = []    # of (Sent or None, message), read while another was waited for
        self.wild = False  # bytes were sent that are no message of ours: any answer may be theirs

    def write(self, data):
        self.socket.settimeout(self.patience)
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Failure(f"the connection did not take the bytes: {error.strerror or error}") from None

    def _fill(self, deadline):
        """Reads once. True when bytes came, False on the time-out, None when the peer closed."""
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        self.socket.settimeout(left)
        try:
            piece = self.socket.recv(65536)
        except socket.timeout:
            return False
        except OSError:
            return None
        if not piece:
            return None
        self.data += piece
        return True

    def _whole_frame(self):
        header = self.station.header
        size = iso.header_size(header)
        if len(self.data) < size:
            return None
        length = iso.unpack_header(header, bytes(self.data[:size]))
        if len(self.data) < size + length:
            return None
        whole = bytes(self.data[:size + length])
        del self.data[:size + length]
        return whole

    def read(self, seconds):
        """The next whole frame's message; a Failure after so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            whole = self._whole_frame()
            if whole is not None:
                break
            state = self._fill(deadline)
            if state is None:
                raise Failure("the connection was closed instead of an answer")
            if not state:
                raise Failure(f"no answer within {seconds:g} s")
        tpdu, message = iso.unframe(self.station.header, whole, bool(self.station.tpdu))
        if self.station.tpdu and tpdu != iso.swap_tpdu(self.station.tpdu):
            raise Failure(f"the answer's TPDU is {tpdu.hex().upper()}")
        return message

    def quiet_for(self, seconds):
        if self.inbox:
            raise Failure("an answer that was not asked for is waiting")
        state = False if not self.data else True
        deadline = time.monotonic() + seconds
        if not state:
            state = self._fill(deadline)
        if state is None:
            raise Failure("the connection was closed")
        if state:
            raise Failure("an answer came although none is due")

    def closed_within(self, least, most):
        start = time.monotonic()
        state = self._fill(start + most) if not self.data else True
        took = time.monotonic() - start
        if state:
            raise Failure("an answer came instead of the close")
        if state is False:
            raise Failure(f"the connection is still open after {most:g} s")
        if took < least:
            raise Failure(f"the connection was closed after {took:.1f} s already")

    def close(self):
        self.socket.close()


class Player:
    def __init__(self, switch, options, patience):
        self.switch, self.options, self.patience = switch, list(options), patience
        self.connections = {}
        self.variables, self.messages = {}, {}
        self.stan = 0
        self.stock = 0
        self.offset_s = 0
        self.secrets = {}  # text that no log may hold -> what it is

    # Life -----------------------------------------------------------------------------------------

    def start(self, extra=()):
        options, self.offset_s = [], 0
        for option in list(self.options) + list(extra):
            key, _, value = option.partition("=")
            if key == "clock.offset":
                call = re.fullmatch(r"until\((.*)\)", value)
                if call:
                    value = f"+{world.seconds_until(call.group(1), 0)}s"
                self.offset_s = world.parse_seconds(value)
                if self.offset_s is None:
                    raise Failure(f"not a clock offset: {value}")
            options.append(f"{key}={value}")
        self.switch.start(options)

    def _drop_connections(self):
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()

    def section(self, section):
        self._drop_connections()
        try:
            self.steps(section.steps)
            self._nothing_left_over(section)
        finally:
            self._drop_connections()

    def _nothing_left_over(self, section):
        """Each request was answered, and nothing was answered twice."""
        for name, connection in self.connections.items():
            try:
                if connection.pending:
                    raise Failure("a request was not answered, or its answer not expected")
                connection.quiet_for(0.005)
            except Failure as failure:
                raise Failure(f"at the end, on {name}: {failure}", section.line) from None

    def steps(self, steps):
        for step in steps:
            try:
                getattr(self, "_" + step.command.replace("-", "_"))(step)
            except Failure as failure:
                if failure.line is None:
                    failure.line = step.line
                raise
            except (iso.FormatError, ValueError) as error:
                raise Failure(f"not as the contract says: {error}", step.line) from None
            except OSError as error:
                raise Failure(f"the connection failed: {error.strerror or error}", step.line) from None

    def leaks(self):
        """What the switch wrote to its outputs, or named its files, that must never be there."""
        text = self.switch.logs() + "\n" + "\n".join(self.switch.file_names())
        return sorted({what for secret, what in self.secrets.items()
                       if re.search(rf"(?<![0-9A-Fa-f]){secret}(?![0-9A-Fa-f])", text, re.I)})

    # Values ---------------------------------------------------------------------------------------

    def _connection(self, name):
        if name not in self.connections:
            station = language.station_of(name)
            self.connections[name] = Connection(station, self.switch.port(station.port), self.patience)
        return self.connections[name]

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
            local = world.now(self.offset_s).astimezone(world.SEOUL)
            return (local + world.datetime.timedelta(days=world.VALIDITY_DAYS)).strftime("%Y%m%d")
        raise Failure(f"no function {name}")

    def _keep_secret(self, message):
        number = message.get(2, "")
        if isinstance(number, str) and 12 <= len(number) <= 19:
            self.secrets.setdefault(number, "a PIN#" if len(number) == 12 else "a card number")

    # Sending --------------------------------------------------------------------------------------

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

    def _post(self, name, message, options):
        connection = self._connection(name)
        data = self.pack(connection.station, message, options)
        sent = Sent(message, world.now(self.offset_s),
                    exact=not any(isinstance(v, iso.Raw) for v in message.values())
                    and not set(options) & {"cut", "bitmap"})
        if message[0][2] in "02":  # an answer or an advice of one is not answered
            connection.pending.append(sent)
        pieces = int(options.get("pieces", 0))
        if not pieces:
            connection.write(data)
        for at in range(0, len(data) if pieces else 0, pieces or 1):
            connection.write(data[at:at + pieces])
            time.sleep(0.002)
        return sent

    # Receiving ------------------------------------------------------------------------------------

    def _receive(self, name, wanted):
        """(request, answer): the next one, or the one to `wanted`."""
        connection = self._connection(name)
        for at, (sent, answer) in enumerate(connection.inbox):
            if wanted is None or sent is wanted:
                del connection.inbox[at]
                return sent, answer
        deadline = time.monotonic() + self.patience
        while True:
            data = connection.read(max(0.01, deadline - time.monotonic()))
            answer = iso.decode_message(connection.station.profile, data)
            sent = self._match(connection, answer)
            self._check_always(connection.station, sent, answer, data)
            if sent is not None:
                sent.answer = answer
            if wanted is None or sent is wanted:
                return sent, answer
            connection.inbox.append((sent, answer))

    @staticmethod
    def _match(connection, answer):
        """The oldest request that this answer can belong to."""
        for sent in connection.pending:
            same_stan = 11 not in sent.message or 11 not in answer or not sent.exact \
                or sent.message[11] == answer[11]
            if same_stan and sent.message[0][:2] == answer[0][:2] \
                    and int(sent.message[0][2]) + 1 == int(answer[0][2]):
                connection.pending.remove(sent)
                return sent
        if connection.wild:
            return Sent({0: answer[0]}, None, exact=False)
        return None

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
        if key in language.GROUPS:
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
        value = dict(tags).get(key[3:7])
        if value is not None and key.endswith(".pin"):
            try:
                value = iso.pin_of_block(station.pin_key, bytes.fromhex(value), answer.get(2, "0"))
            except ValueError:
                value = None
            if value is None:
                raise Failure(f"{key[:-4]} is no PIN block under the station's key")
        return value, self._masked(key, value)

    # Commands -------------------------------------------------------------------------------------

    def _connect(self, step):
        if step.connection in self.connections:
            raise Failure(f"{step.connection} is connected already")
        self._connection(step.connection)

    def _disconnect(self, step):
        if step.connection in self.connections:
            self.connections.pop(step.connection).close()

    def _send(self, step):
        station = language.station_of(step.connection)
        like = self.messages[step.names["like"]] if "like" in step.names else None
        message, options = self.build(station, step.mti, step.items, like)
        sent = self._post(step.connection, message, options)
        if "as" in step.names:
            self.messages[step.names["as"]] = sent

    def _expect(self, step):
        wanted = self.messages[step.names["to"]] if "to" in step.names else None
        station = language.station_of(step.connection)
        sent, answer = self._receive(step.connection, wanted)
        named = {int(item.key.partition(".")[0]) for item in step.items}
        if answer[0] != step.mti:
            raise Failure(f"expected {step.mti}, got {answer[0]}" + self._why(answer))
        self._check_items(station, step.items, answer)
        if sent is None:
            raise Failure("the answer belongs to no request of this connection")
        first = self.messages[step.names["same-as"]].answer if "same-as" in step.names else None
        if first is not None:
            for de in sorted((first.keys() | answer.keys()) - NOT_COMPARED):
                if first.get(de) != answer.get(de):
                    raise Failure(f"DE {de:03d} is not that of the first answer: "
                                  + self._compare(de, first.get(de), answer.get(de))
                                  + self._why(answer))
            named |= set(ECHOED) - {7} | {15}
        self._check_echo(sent, answer, named)

    def _burst(self, step):
        connection = self._connection(step.connection)
        data = b""
        for _ in range(int(step.words[0])):
            message, options = self.build(connection.station, step.mti, step.items)
            data += self.pack(connection.station, message, options)
            connection.pending.append(Sent(message, world.now(self.offset_s), exact=True))
        # The switch may stop reading until its answers are read: write and read by turns.
        connection.socket.settimeout(0.05)
        deadline = time.monotonic() + 4 * self.patience
        while data:
            if time.monotonic() > deadline:
                raise Failure("the switch stopped reading for good")
            try:
                data = data[connection.socket.send(data):]
            except socket.timeout:
                connection._fill(time.monotonic() + 0.05)
                connection.socket.settimeout(0.05)

    def _expect_all(self, step):
        station = language.station_of(step.connection)
        for number in range(int(step.words[0])):
            try:
                sent, answer = self._receive(step.connection, None)
                if answer[0] != step.mti:
                    raise Failure(f"expected {step.mti}, got {answer[0]}")
                if sent is None:
                    raise Failure("the answer belongs to no request")
                self._check_items(station, step.items, answer)
                self._check_echo(sent, answer, {int(i.key.partition('.')[0]) for i in step.items})
            except Failure as failure:
                raise Failure(f"answer {number + 1} of {step.words[0]}: {failure}") from None

    def _mandatory(self, step):
        station = language.station_of(step.connection)
        answer_mti = f"{step.mti[:2]}{int(step.mti[2]) + 1}0"
        for key in step.words:
            items = step.items + [language.Item(key, "-")]
            message, options = self.build(station, step.mti, items)
            self._post(step.connection, message, options)
            try:
                sent, answer = self._receive(step.connection, None)
                if answer[0] != answer_mti:
                    raise Failure(f"expected {answer_mti}, got {answer[0]}" + self._why(answer))
                wanted = f"DE{int(key.partition('.')[0]):03d}"
                if answer[39] != "30" or answer.get(44, "").rstrip(" ") != wanted:
                    raise Failure(f"expected 30 {wanted}, got {answer[39]} {answer.get(44, '')}")
                self._check_echo(sent, answer, ())
            except Failure as failure:
                raise Failure(f"without {key}: {failure}") from None

    def _raw(self, step):
        connection = self._connection(step.connection)
        connection.wild = True
        connection.write(bytes.fromhex(step.words[0]))

    def _frame(self, step):
        connection = self._connection(step.connection)
        connection.wild = True
        connection.write(iso.frame(connection.station.header, bytes.fromhex(step.words[0]),
                                   connection.station.tpdu))

    def _expect_nothing(self, step):
        self._connection(step.connection).quiet_for(world.parse_seconds(step.words[0]))

    def _expect_close(self, step):
        least = world.parse_seconds(step.names.get("after", "0s"))
        most = world.parse_seconds(step.names.get("within", "0s")) or self.patience
        connection = self.connections.pop(step.connection)
        try:
            connection.closed_within(least, max(most, self.patience))
        finally:
            connection.close()

    def _wait(self, step):
        time.sleep(world.parse_seconds(step.words[0]))

    def _repeat(self, step):
        for number in range(int(step.words[0])):
            try:
                self.steps(step.body)
            except Failure as failure:
                raise Failure(f"in round {number + 1}: {failure}", failure.line) from None

    def _let(self, step):
        self.variables[step.captures[0]] = self.value("", step.words[0], {}, None)

    def _stock_card(self, step):
        if self.stock == world.LOT_SIZE:
            raise Failure("the lot is used up")
        self.variables[step.captures[0]] = world.lot_card(self.stock)
        self.stock += 1

    def _exchange(self, connection, mti, answer_mti, **fields):
        """One request of a macro, which must be answered 00."""
        station = language.station_of(connection)
        items = [language.Item(key[2:].replace("_", "."), "=", value)
                 for key, value in fields.items()]
        message, options = self.build(station, mti, items)
        sent = self._post(connection, message, options)
        _, answer = self._receive(connection, sent)
        if (answer[0], answer[39]) != (answer_mti, "00"):
            raise Failure(f"the {mti} {message[3]} that prepares the test was answered "
                          f"{answer[0]} {answer[39]} {answer.get(44, '')}".rstrip())
        return sent, answer

    def _sell(self, step):
        """Sale for cash and collect by the agent: (card, PIN#, initial password)."""
        face = step.words[0]
        sale, sold = self._exchange("AGENT", "0200", "0210", de3="900000", de4=face,
                                    de48_0001=f"{int(face):06d}01")
        if "as" in step.names:
            self.messages[step.names["as"]] = sale
        order = dict(iso.unpack_tags(sold[48]))["0002"]
        _, card = self._exchange("AGENT", "0100", "0110", de3="910000", de48_0002=order,
                                 de48_0003="001")
        tags = dict(iso.unpack_tags(card[48]))
        initial = iso.pin_of_block(STATIONS["AGENT"].pin_key, bytes.fromhex(tags["0005"]), card[2])
        if initial is None:
            raise Failure("0005 is no PIN block under the agent's key and the card number")
        self.secrets.setdefault(tags["0004"], "a PIN#")
        self.secrets.setdefault(initial, "a password")
        return card[2], tags["0004"], initial

    def _set(self, step, values):
        self.variables.update(zip(step.captures, values))

    def _sold_card(self, step):
        self._set(step, self._sell(step))

    def _new_card(self, step):
        card, pin_number, initial = self._sell(step)
        self._exchange("AGENT", "0200", "0210", de3="920000", de2=card, de52=f"pin({initial})",
                       de48_0010=f"pin({step.names.get('password', '1234')})")
        self._set(step, (card, pin_number))

    def _balance(self, step):
        card, amount = (self.substitute(word) for word in step.words)
        connection = step.names.get("by", "OPER")
        _, answer = self._exchange(connection, "0100", "0110", de3="310000", de2=card)
        got, shown = self._look_up(language.station_of(connection), "54.available", answer)
        if got != amount:
            raise Failure(f"expected a balance of {amount}, got {shown}")

    def _stop(self, step):
        self._drop_connections()
        self.switch.stop()

    def _start(self, step):
        self._drop_connections()
        self.start(step.words)

    def _restart(self, step):
        self._stop(step)
        self.start(step.words)

    def _kill(self, step):
        self._drop_connections()
        self.switch.kill()
