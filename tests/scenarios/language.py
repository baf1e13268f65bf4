"""The scenario language: text into steps, checked as far as that goes without a switch.

A line is a command; `#` at the start of a line or after a blank begins a comment. README.md explains the
commands one by one.
"""

import dataclasses
import re

from demo_world import STATIONS, iso, parse_seconds


class SyntaxProblem(Exception):
    def __init__(self, line, what):
        super().__init__(what)
        self.line = line


@dataclasses.dataclass
class Step:
    line: int
    text: str
    command: str
    connection: str = ""
    mti: str = ""
    items: list = dataclasses.field(default_factory=list)   # of Item
    names: dict = dataclasses.field(default_factory=dict)   # like, as, to, same-as, by, password …
    words: list = dataclasses.field(default_factory=list)   # what is left, command by command
    captures: list = dataclasses.field(default_factory=list)  # variables behind ->
    body: list = dataclasses.field(default_factory=list)    # of repeat


@dataclasses.dataclass
class Item:
    """`key=value`, `key->$name` or `-key`: a data element, a tag, a group of DE 54, or an option."""
    key: str
    how: str  # "=", "->" or "-"
    value: str = ""


@dataclasses.dataclass
class Section:
    line: int
    name: str
    steps: list = dataclasses.field(default_factory=list)


SEND_OPTIONS = {"mac", "trailing", "cut", "bitmap", "secondary", "fill", "pieces"}
GROUPS = {"54.ledger": ("00", "01"), "54.available": ("00", "02"), "54.points": ("00", "90"),
          "54.prefund": ("30", "02")}
# What is read out of an answer's DE 48 beside whole tags: README.md, "A statement".
STATEMENT_KEYS = re.compile(r"48\.(tags|0043\.(count|[1-6](\.date)?)|0044\.(sums|dates))")
FUNCTIONS = {"pin", "original", "raw", "validity", "text", "until", "badluhn", "day", "month"}

_TOKEN = re.compile(r'(?:"[^"]*"|\([^)]*\)|[^\s"(]|\((?![^)]*\)))+')
_VARIABLE = re.compile(r"\$([a-z][a-z0-9_]*)(?:\.(\d+(?:\.\d{4})?))?")


def tokens(line):
    return _TOKEN.findall(line)


def unquote(value):
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] == '"' else value


def without_comment(line):
    """The line before a # that stands at its start or after a blank, outside of quotes."""
    quoted = False
    for at, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == "#" and not quoted and (at == 0 or line[at - 1] in " \t"):
            return line[:at]
    return line


class Parser:
    """Takes one file's text; `sections` and `options` (of the first start) are the result."""

    def __init__(self, text):
        self.sections, self.options = [], []
        self.variables, self.messages = set(), set()
        self.open_repeats = []
        for number, line in enumerate(text.split("\n"), 1):
            self._line(number, line.rstrip())
        if self.open_repeats:
            raise SyntaxProblem(self.open_repeats[-1].line, "repeat without end")
        if not self.sections:
            raise SyntaxProblem(1, "no scenario in the file")

    def _line(self, number, line):
        code = without_comment(line).strip()
        if not code:
            return
        command, _, rest = code.partition(" ")
        rest = rest.strip()
        if command == "scenario":
            if self.open_repeats:
                raise SyntaxProblem(number, "scenario inside repeat")
            if not rest:
                raise SyntaxProblem(number, "a scenario needs a sentence")
            self.sections.append(Section(number, rest))
            return
        if command == "switch":
            if self.sections:
                raise SyntaxProblem(number, "switch options stand before the first scenario")
            self.options += self._options(number, tokens(rest))
            return
        if not self.sections:
            raise SyntaxProblem(number, "a step before the first scenario")
        if command == "end":
            if not self.open_repeats:
                raise SyntaxProblem(number, "end without repeat")
            self.open_repeats.pop()
            return
        step = Step(number, code, command)
        parse = getattr(self, "_parse_" + command.replace("-", "_"), None)
        if parse is None:
            raise SyntaxProblem(number, f"unknown command {command}")
        parse(step, tokens(rest))
        (self.open_repeats[-1].body if self.open_repeats else self.sections[-1].steps).append(step)
        if command == "repeat":
            self.open_repeats.append(step)

    # Pieces ---------------------------------------------------------------------------------------

    def _options(self, line, words):
        for word in words:
            if not re.fullmatch(r"[a-z][A-Za-z0-9._-]*=\S+", word):
                raise SyntaxProblem(line, f"not a key=value option: {word}")
        return words

    def _connection(self, step, words, what="a connection"):
        if not words:
            raise SyntaxProblem(step.line, f"{what} is missing")
        name = words.pop(0)
        if station_of(name) is None:
            raise SyntaxProblem(step.line, f"{name} is no station (nor a station and a number)")
        step.connection = name

    def _mti(self, step, words):
        if not words or not re.fullmatch(r"\d{4}", words[0]):
            raise SyntaxProblem(step.line, "an MTI is missing")
        step.mti = words.pop(0)

    def _names(self, step, words, *keys):
        """Takes `like NAME`, `as NAME` and such, wherever they stand."""
        at = 0
        while at + 1 < len(words):
            if words[at] not in keys:
                at += 1
                continue
            key, name = words[at:at + 2]
            del words[at:at + 2]
            if key in ("like", "to", "same-as") and name not in self.messages:
                raise SyntaxProblem(step.line, f"no message was sent as {name}")
            if key == "as":
                self.messages.add(name)
            step.names[key] = name

    def _duration(self, step, text):
        if parse_seconds(text) is None:
            raise SyntaxProblem(step.line, f"not a duration: {text}")
        return text

    def _check_value(self, step, value):
        for match in _VARIABLE.finditer(value):
            name, field = match.groups()
            if field is None and name not in self.variables:
                raise SyntaxProblem(step.line, f"${name} has no value here")
            if field is not None and name not in self.messages:
                raise SyntaxProblem(step.line, f"no message was sent as {name}")
        call = re.fullmatch(r"(\w+)\((.*)\)", value)
        if call and call.group(1) not in FUNCTIONS:
            raise SyntaxProblem(step.line, f"unknown function {call.group(1)}")
        if call and call.group(1) == "original" and call.group(2).split(",")[0] not in self.messages:
            raise SyntaxProblem(step.line, f"no message was sent as {call.group(2)}")

    def _check_key(self, step, key, sending):
        base, _, more = key.partition(".")
        if sending and key in SEND_OPTIONS:
            return
        known = key in GROUPS or re.fullmatch(r"48\.\d{4}(\.pin)?", key) or \
            not sending and STATEMENT_KEYS.fullmatch(key) or \
            (not more and base.isdigit() and (int(base) in iso.FIELDS or sending and int(base) == 65))
        if not known or (sending and (key in GROUPS or key.endswith(".pin"))):
            raise SyntaxProblem(step.line, f"unknown key {key}")

    def _items(self, step, words, sending):
        words = list(words)
        while words:
            word = words.pop(0)
            if words and words[0] == "->":  # blanks around the arrow
                word += words.pop(0) + (words.pop(0) if words else "")
            capture = re.fullmatch(r"([0-9.a-z]+)->\$([a-z][a-z0-9_]*)", word)
            if capture and not sending:
                item = Item(capture.group(1), "->", capture.group(2))
                self.variables.add(item.value)
            elif re.fullmatch(r"-[0-9][0-9.a-z]*", word):
                item = Item(word[1:], "-")
            elif re.match(r"[0-9a-z.]+=", word):
                key, _, value = word.partition("=")
                item = Item(key, "=", value)
                if not (value.startswith("/") and not sending):
                    self._check_value(step, value)
            else:
                raise SyntaxProblem(step.line, f"not understood: {word}")
            self._check_key(step, item.key, sending)
            step.items.append(item)

    def _captures(self, step, words, most, least=1):
        if "->" not in words:
            raise SyntaxProblem(step.line, "-> and a variable are missing")
        at = words.index("->")
        end = at + 1
        while end < len(words) and words[end].startswith("$"):
            end += 1
        names = words[at + 1:end]
        del words[at:end]
        if not least <= len(names) <= most or not all(re.fullmatch(r"\$[a-z][a-z0-9_]*", n)
                                                      for n in names):
            raise SyntaxProblem(step.line, f"{least} to {most} variables behind -> are wanted")
        step.captures = [name[1:] for name in names]
        self.variables.update(step.captures)

    def _nothing_left(self, step, words):
        if words:
            raise SyntaxProblem(step.line, f"not understood: {' '.join(words)}")

    # Commands -------------------------------------------------------------------------------------

    def _parse_connect(self, step, words):
        self._connection(step, words)
        self._nothing_left(step, words)

    _parse_disconnect = _parse_connect

    def _parse_send(self, step, words):
        self._connection(step, words)
        self._mti(step, words)
        self._names(step, words, "like", "as")
        self._items(step, words, sending=True)

    def _parse_expect(self, step, words):
        self._connection(step, words)
        self._mti(step, words)
        self._names(step, words, "to", "same-as")
        self._items(step, words, sending=False)

    def _parse_burst(self, step, words):
        self._connection(step, words)
        step.words = [words.pop(0)] if words else []
        if not step.words or not step.words[0].isdigit():
            raise SyntaxProblem(step.line, "how many?")
        self._mti(step, words)
        self._items(step, words, sending=True)

    def _parse_expect_all(self, step, words):
        self._connection(step, words)
        step.words = [words.pop(0)] if words else []
        if not step.words or not step.words[0].isdigit():
            raise SyntaxProblem(step.line, "how many?")
        self._mti(step, words)
        self._items(step, words, sending=False)

    def _parse_mandatory(self, step, words):
        if ":" not in words:
            raise SyntaxProblem(step.line, "a : and the mandatory elements are missing")
        at = words.index(":")
        step.words = words[at + 1:]
        words = words[:at]
        self._connection(step, words)
        self._mti(step, words)
        self._items(step, words, sending=True)
        for key in step.words:
            self._check_key(step, key, sending=True)

    def _parse_raw(self, step, words):
        self._connection(step, words)
        step.words = ["".join(words)]
        if not words or not re.fullmatch(r"([0-9A-Fa-f]{2})+", step.words[0]):
            raise SyntaxProblem(step.line, "bytes in hexadecimal are wanted")

    _parse_frame = _parse_raw

    def _parse_expect_nothing(self, step, words):
        self._connection(step, words)
        step.words = [self._duration(step, words.pop(0) if words else "")]
        self._nothing_left(step, words)

    def _parse_expect_close(self, step, words):
        self._connection(step, words)
        while len(words) >= 2 and words[0] in ("after", "within"):
            key = words.pop(0)
            step.names[key] = self._duration(step, words.pop(0))
        self._nothing_left(step, words)

    def _parse_wait(self, step, words):
        step.words = [self._duration(step, words.pop(0) if words else "")]
        self._nothing_left(step, words)

    def _parse_repeat(self, step, words):
        step.words = [words.pop(0)] if words else []
        if not step.words or not step.words[0].isdigit():
            raise SyntaxProblem(step.line, "how many times?")
        self._nothing_left(step, words)

    def _parse_let(self, step, words):
        if len(words) != 3 or words[1] != "=" or not re.fullmatch(r"\$[a-z][a-z0-9_]*", words[0]):
            raise SyntaxProblem(step.line, "let $name = value")
        self._check_value(step, words[2])
        step.words = [words[2]]
        step.captures = [words[0][1:]]
        self.variables.add(step.captures[0])

    def _parse_new_card(self, step, words):
        self._captures(step, words, 2)
        step.words = [words.pop(0)] if words else []
        if not step.words or not step.words[0].isdigit():
            raise SyntaxProblem(step.line, "a face value is missing")
        self._names(step, words, "password", "owner", "as")
        self._nothing_left(step, words)

    def _parse_sold_card(self, step, words):
        self._captures(step, words, 3)
        step.words = [words.pop(0)] if words else []
        if not step.words or not step.words[0].isdigit():
            raise SyntaxProblem(step.line, "a face value is missing")
        self._names(step, words, "as")
        self._nothing_left(step, words)

    def _parse_stock_card(self, step, words):
        self._captures(step, words, 1)
        self._nothing_left(step, words)

    def _parse_balance(self, step, words):
        step.words = [words.pop(0), words.pop(0)] if len(words) >= 2 else []
        if not step.words:
            raise SyntaxProblem(step.line, "balance $card amount [held amount] "
                                "[points number] [by STATION]")
        self._names(step, words, "by", "held", "points")
        for value in step.words + [step.names.get("held", "0"), step.names.get("points", "0")]:
            self._check_value(step, value)
        if station_of(step.names.get("by", "OPER")) is None:
            raise SyntaxProblem(step.line, f"{step.names['by']} is no station")
        self._nothing_left(step, words)

    def _parse_start(self, step, words):
        step.words = self._options(step.line, words)

    _parse_restart = _parse_start

    def _parse_cpctl(self, step, words):
        if not words:
            raise SyntaxProblem(step.line, "cpctl COMMAND …")
        step.words = list(words)
        words.clear()

    def _parse_stop(self, step, words):
        self._nothing_left(step, words)

    _parse_kill = _parse_stop


def station_of(connection):
    """A connection is named by its station, a second one by a number behind it: POS, POS2, POS3."""
    return STATIONS.get(connection.rstrip("0123456789"))
