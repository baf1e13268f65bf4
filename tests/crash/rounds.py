"""One round: load, kill, recovery, every key again, balances, a clean stop, the books."""

import os
import shutil
import tempfile
import time

import link
import process
from book import Book
from calls import SHORTEST_HOLD_S
from demo_world import STATIONS
from maker import Maker
from owners import Life
from process import ProcessProblem
from questions import Questions, RoundFailed
from request import COMPLETION, HOLD, PURCHASE, REFUND
from traffic import FACES, Traffic, marked_as_repeat

CONNECTIONS = {"POS": 3, "TEL": 2, "BANG": 1, "ASCII": 1, "AGENT": 2, "SITE": 1, "BANK": 1, "OPER": 1}
DEPTHS = (1, 4, 16, 48)      # requests in flight on a connection under load
IN_FLIGHT = 64               # … while repeating
POOL, GUESSED = 24, 6        # cards that are paid with, and cards whose password is guessed
LIVES = 8                    # cards whose owners change and block them
MOST_PROBLEMS = 12


class World:
    """A data folder and the book of all that was done in it."""

    def __init__(self, arguments, parent, where, limits):
        self.where = where
        self.folder = tempfile.mkdtemp(prefix="cyberpass-crash-", dir=parent)
        os.mkdir(os.path.join(self.folder, "data"))
        self.switch = process.Switch(arguments.switch, arguments.config, self.folder, limits)
        self.book = Book()
        self.rounds, self.made_at = 0, time.monotonic()

    def is_old(self):
        """Soon the first calls' holds are over by themselves, which the book knows nothing of."""
        return time.monotonic() - self.made_at > SHORTEST_HOLD_S / 2

    def remove(self):
        self.switch.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep(self, problems):
        """Leaves everything for a person to look at."""
        self.switch.close()
        with open(os.path.join(self.folder, "story.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(problems + [""] + [r.story() for r in self.book.requests]) + "\n")
        return self.folder


class Round(Questions):
    def __init__(self, number, rng, world, arguments, limits):
        self.rng, self.world, self.limits = rng, world, limits
        self.arguments = arguments
        self.switch, self.book = world.switch, world.book
        self.maker = Maker(self.book, rng)
        self.hub = None
        self.first_of_round = len(self.book.requests)
        self.system_errors_before = self.book.system_errors
        self.options = [
            "ledger.window=1s", f"ledger.segment-mib={rng.choice((1, 1, 2))}",
            f"ledger.overlay-mib={rng.choice((1, 2, 8))}",
            f"limits.batch={rng.choice((2, 8, 32, 256))}"]
        self.answered = self.unanswered = self.repeats = 0
        self.recovery_s, self.replayed, self.killed = 0.0, None, []
        # Every way of dying comes up in any four rounds.
        self.in_apply = number % 2 == 0
        self.recovery_kills = rng.randint(2, 5) if number % 4 == 1 else rng.choice((0, 0, 1))
        self.in_repeats = number % 4 == 2
        self.in_stop = number % 4 == 3
        self.look_before_recovery = number % 3 == 2

    def play(self):
        try:
            self._first_start()
            self._connect()
            self._load_and_kill()
            self._recover()
            self._repeat_all()
            self._ask_questions()
            self._stop()
            self._check_books("after a clean stop")
            self.switch.drop_logs()
        except link.Broken as problem:
            raise RoundFailed(self.book.problems + [str(problem), self.switch.how_it_is()]) from None
        except ProcessProblem as problem:
            raise RoundFailed(self.book.problems + [str(problem)]) from None
        finally:
            self._disconnect()
            self.world.rounds += 1

    def line(self):
        text = (f"{self.answered} answered, {self.unanswered} unanswered at the kill "
                f"({', '.join(self.killed)}), recovery {1000 * self.recovery_s:.0f} ms"
                f"{f' with {self.replayed} batches' if self.replayed else ''}, "
                f"{self.repeats} repeats checked, {self.world.where}")
        if self.world.rounds > 1:
            text += f", round {self.world.rounds} of this data"
        if self.book.system_errors > self.system_errors_before:
            text += f", {self.book.system_errors - self.system_errors_before} times 96"
        return text

    # Parts ----------------------------------------------------------------------------------------

    def _give_up_on_problems(self):
        if self.book.problems:
            raise RoundFailed(self.book.problems)

    def _first_start(self):
        if self.world.rounds == 0:
            self.options.append("ledger.segment-mib=8")  # what the seed needs at once
            self._kill_while_starting(self.rng.choice((0, 1, 2, 4)), 0.1, "first start")
        self.last_start_s = self.switch.start(self.options)
        if self.world.rounds == 0:
            self.options.pop()

    def _kill_while_starting(self, times, usual_s, name):
        """Starts and kills at a random moment of the start, or just after it."""
        kills = 0
        for _ in range(times):
            self.switch.launch(self.options)
            self.switch.wait_until_ready(self.rng.uniform(0, 1.3 * usual_s))
            time.sleep(self.rng.choice((0, 0, 0.05)) * self.rng.random())
            self.switch.kill()
            kills += 1
        if kills:
            self.killed.append(name if kills == 1 else f"{name} ×{kills}")

    def _connect(self):
        self.hub = link.Hub(self.book.judge)
        for name, count in CONNECTIONS.items():
            for _ in range(count):
                connection = self.hub.connect(name, STATIONS[name],
                                              self.switch.port(STATIONS[name].port))
                connection.depth = self.rng.choice(DEPTHS)

    def _disconnect(self):
        if self.hub is not None:
            self.hub.close()
            self.hub = None

    def _send(self, items, kill_after=None):
        """Sends requests over all connections of their stations and waits for the answers. With
        `kill_after` it returns after so many, True: the rest is on its way."""
        queues = {}
        for item in items:
            queues.setdefault(item[0].station, []).append(item)
        for queue in queues.values():
            queue.reverse()
        before, deadline = self.hub.answers, time.monotonic() + self.limits.answers
        while any(queues.values()):
            for connection in self.hub.links:
                queue = queues.get(connection.name)
                while queue and connection.in_flight < IN_FLIGHT:
                    connection.post(*queue.pop())
                if connection.closed:
                    raise link.Broken(f"{connection.name}: the switch closed the connection")
            self.hub.pump(0.02)
            if kill_after is not None and self.hub.answers - before >= kill_after:
                return True
            if time.monotonic() > deadline:
                raise link.Broken(f"{sum(map(len, queues.values()))} requests could not be sent "
                                  f"within {self.limits.answers} s")
        self.hub.wait_for_all(self.limits.answers)
        return False

    def _set_up(self, traffic):
        """Cards to pay with, and cards whose password will be guessed."""
        lives = max(2, LIVES - len(traffic.lives))
        own = GUESSED + lives
        faces = [self.rng.choice(FACES) for _ in range(own if traffic.pool else POOL + own)]
        while traffic.pool and len(faces) < own + 8:
            faces.append(self.rng.choice(FACES))
        sale = self.maker.sale(faces)
        self.book.on_first = lambda request: None
        collects, activations = [], []
        self._until_answered([sale])
        self._give_up_on_problems()
        collects = [self.maker.collect(sale, index) for index in range(len(faces))]
        self._until_answered(collects)
        self._give_up_on_problems()
        activations = [self.maker.activation(self.maker.collected(c)) for c in collects]
        self._until_answered(activations)
        self._give_up_on_problems()
        cards = list(sale.cards)
        self.rng.shuffle(cards)
        for card in cards[:GUESSED]:
            card.guesses_planned = self.rng.randint(1, 8)
        traffic.guessed += cards[:GUESSED]
        traffic.lives += [Life(self.maker, card) for card in cards[GUESSED:own]]
        self.book.lives += traffic.lives[-lives:]
        traffic.pool += cards[own:]
        self.book.on_first = traffic.on_first

    def _until_answered(self, requests):
        """Sends them, and those that were answered 96 again."""
        for attempt in range(60):
            self._send([(request,) for request in requests])
            requests = [request for request in requests if request.first is None]
            if not requests:
                return
            time.sleep(0.1)
        raise RoundFailed(self.book.problems + [
            f"{len(requests)} requests are answered 96 for good"])

    def _load_and_kill(self):
        rng = self.rng
        earlier = [r for r in self.book.requests
                   if r.kind in (PURCHASE, REFUND, HOLD, COMPLETION) and r.card.life is None]
        self.earlier = rng.sample(earlier, min(40, len(earlier)))
        pool = [card for card in self.book.cards if card.is_anybodys and card.face in FACES]
        rng.shuffle(pool)
        self.traffic = Traffic(self.maker, rng, pool[:2 * POOL], [], self.earlier, [
            life.goes_on(self.maker) for life in self.book.lives])
        self._set_up(self.traffic)
        wanted = self.arguments.messages + rng.randint(1, self.arguments.messages // 2)
        for attempt in range(5):
            where = self._load(wanted)
            self.switch.reap()
            self.hub.drain(10)
            self._disconnect()
            made = self.book.requests[self.first_of_round:]
            self.unanswered = sum(1 for r in made if r.first is None)
            self.answered = len(made) - self.unanswered
            self.killed.append(where)
            if self.unanswered:
                break
            # The switch was faster than the signal: once more.
            self.last_start_s = self.switch.start(self.options)
            self._connect()
            wanted = 50
        else:
            raise RoundFailed(["no request was ever unanswered at the kill"])
        for request in made:
            request.answered_before_kill = request.first is not None
        self._give_up_on_problems()

    def _load(self, wanted):
        """Traffic until enough is answered, then a burst, and SIGKILL while it is worked on."""
        before, deadline = self.hub.answers, time.monotonic() + self.limits.load
        due = None
        where, next_look = "load", 0.0
        while due is None or time.monotonic() < due:
            self._feed()
            self.hub.pump(0.002)
            now = time.monotonic()
            if now > deadline:
                raise link.Broken(f"only {self.hub.answers - before} messages were answered within "
                                  f"{self.limits.load} s")
            if any(connection.closed for connection in self.hub.links):
                raise link.Broken("the switch closed a connection under load")
            if due is not None or self.hub.answers - before < wanted:
                continue
            if not self.in_apply:
                due = now + self.rng.uniform(0, 0.05)
            elif now >= next_look:
                next_look = now + 0.01
                figures = self.switch.store_figures()
                if figures.get("backlog_entries", 0) > 0:
                    due, where = now + self.rng.uniform(0, 0.03), "apply"
                elif not figures or now > deadline - self.limits.load + 10:
                    due = now
        self._give_up_on_problems()
        burst = []
        for connection in self.hub.links:
            for _ in range(self.rng.randint(8, 40)):
                burst += self.traffic.next(connection, self.hub) if connection.name != "OPER" else []
        for connection, request, frame in burst:
            connection.post(request, frame)
        links = list(self.hub.links)
        self.rng.shuffle(links)
        due = time.perf_counter() + self.rng.uniform(0, 0.002)
        for connection in links:
            connection.flush()
        while time.perf_counter() < due:
            pass
        self.switch.fire()
        return where

    def _feed(self):
        for connection in self.hub.links:
            if connection.name == "OPER":
                continue
            for _ in range(6):
                if connection.in_flight >= connection.depth:
                    break
                for to, request, frame in self.traffic.next(connection, self.hub):
                    to.post(request, frame)
            connection.flush()

    def _recover(self):
        if self.look_before_recovery:
            self._check_books("right after the kill")
        self._kill_while_starting(self.recovery_kills, self.last_start_s, "recovery")
        self.recovery_s = self.switch.start(self.options)
        self.replayed = self.switch.said(r"recovered\s+(\d+) batches")
        self._connect()

    # Every key again ------------------------------------------------------------------------------

    def _targets(self):
        """All requests of the round, and some of the rounds before."""
        older = self.book.requests[:self.first_of_round]
        sample = self.rng.sample(older, min(250, len(older)))
        chosen = {id(r): r for r in self.book.requests[self.first_of_round:] + sample + self.earlier}
        return list(chosen.values())

    def _repeat_all(self):
        """Twice: after the first time nothing is open any more, so the second time has to agree in
        everything."""
        self._repeat_once(self.in_repeats)
        self._repeat_once(False)
        self.book.check()
        self._give_up_on_problems()

    def _repeat_once(self, with_kill):
        targets = self._targets()
        self.rng.shuffle(targets)
        items = [(request, self._repeat_frame(request)) for request in targets]
        kill_after = self.rng.randint(1, len(items)) if with_kill else None
        if self._send(items, kill_after):
            self.switch.fire()
            self.switch.reap()
            self.hub.drain(10)
            self._disconnect()
            self.killed.append("repeats")
            self._give_up_on_problems()
            self.switch.start(self.options)
            self._connect()
            return self._repeat_once(False)
        self._until_answered([request for request in targets if request.first is None])
        self.repeats += len(targets)
        self._give_up_on_problems()

    def _repeat_frame(self, request):
        if STATIONS[request.station].mac is not None or self.rng.random() < 0.8:
            return request.frame
        return marked_as_repeat(request)

    # The end --------------------------------------------------------------------------------------

    def _stop(self):
        self._disconnect()
        if self.in_stop and self.switch.stop(self.rng.uniform(0.0, 0.015)):
            self.killed.append("stop")
            self.switch.start(self.options)
            self._connect()
            self._ask_balances()
            self._disconnect()
        if not self.switch.ended():
            self.switch.stop()

    def _check_books(self, when):
        right, text = process.check_books(self.arguments.cpctl, self.switch.data, self.limits)
        if not right:
            lines = text.strip().split("\n")
            raise RoundFailed([f"cpctl check {when} finds: " + " | ".join(lines[-10:])])
