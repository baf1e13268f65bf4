"""Plays the steps of one scenario file against one switch."""

import re
import socket
import time

import demo_world as world
import language
from building import Building
from checking import ECHOED, NOT_COMPARED, Checking
from connection import Connection, Failure, Sent
from demo_world import STATIONS, iso


class Player(Building, Checking):
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
                call = re.fullmatch(r"until\((.*)\)([+-].+)?", value)
                if call:
                    later = world.parse_seconds(call.group(2) or "0s")
                    if later is None:
                        raise Failure(f"not a clock offset: {value}")
                    value = f"+{world.seconds_until(call.group(1), later)}s"
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
        written = set(re.findall(r"[0-9A-F]+", text.upper()))  # secrets are digits, or hexadecimal
        return sorted({what for secret, what in self.secrets.items() if secret.upper() in written})

    def _connection(self, name):
        if name not in self.connections:
            station = language.station_of(name)
            self.connections[name] = Connection(station, self.switch.port(station.port), self.patience)
        return self.connections[name]

    # Sending --------------------------------------------------------------------------------------

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
            sent = connection.match(answer)
            self._check_always(connection.station, sent, answer, data)
            if sent is not None:
                sent.answer = answer
            if wanted is None or sent is wanted:
                return sent, answer
            connection.inbox.append((sent, answer))

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
                connection.fill(time.monotonic() + 0.05)
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
        owner = {"de48_0012": step.names["owner"]} if "owner" in step.names else {}
        self._exchange("AGENT", "0200", "0210", de3="920000", de2=card, de52=f"pin({initial})",
                       de48_0010=f"pin({step.names.get('password', '1234')})", **owner)
        self._set(step, (card, pin_number))

    def _balance(self, step):
        card, amount = (self.substitute(word) for word in step.words)
        held = self.substitute(step.names.get("held", "0"))
        connection = step.names.get("by", "OPER")
        _, answer = self._exchange(connection, "0100", "0110", de3="310000", de2=card)
        wanted_groups = [("54.ledger", "a balance", amount),
                         ("54.available", "an available balance", str(int(amount) - int(held)))]
        if "points" in step.names:
            wanted_groups.append(("54.points", "points", self.substitute(step.names["points"])))
        for key, what, wanted in wanted_groups:
            got, shown = self._look_up(language.station_of(connection), key, answer)
            if got != wanted:
                raise Failure(f"expected {what} of {wanted}, got {shown}")

    def _stop(self, step):
        self._drop_connections()
        self.switch.stop()

    def _start(self, step):
        self._drop_connections()
        self.start(step.words)

    def _restart(self, step):
        self._stop(step)
        self.start(step.words)

    def _cpctl(self, step):
        self.switch.cpctl([self.substitute(word) for word in step.words])

    def _kill(self, step):
        self._drop_connections()
        self.switch.kill()
