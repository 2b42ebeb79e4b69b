"""How the process is doing: figures for /metrics and /readyz, and for telling people how long they wait."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LEARN = 0.1  # weight of the newest turn in the running mean


class Pulse:
    """One process's figures. Labels are states and results, never a chat, a text or a token."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.updates = Counter("feeler_updates", "Updates stored for the first time", registry=self.registry)
        self.turns = Counter("feeler_turns", "Turns ended, by how", ["state"], registry=self.registry)
        self.sends = Counter("feeler_sends", "Calls sent, by how it went", ["result"], registry=self.registry)
        self.turn_time = Histogram(
            "feeler_turn_seconds",
            "From the begin of a turn to its commit",
            buckets=(0.1, 0.5, 1, 2, 5, 10, 20, 40, 80),
            registry=self.registry,
        )
        self.delay = Histogram(
            "feeler_waiting_seconds",
            "From the update's arrival to the begin of its turn",
            buckets=(0.01, 0.05, 0.2, 1, 5, 20, 60, 300),
            registry=self.registry,
        )
        self.running = Gauge("feeler_turns_running", "Turns being answered here", registry=self.registry)
        self.waiting = Gauge("feeler_turns_waiting", "Turns stored and not answered", registry=self.registry)
        self.unsent = Gauge("feeler_calls_waiting", "Calls stored and not sent", registry=self.registry)
        self.quarantined = Gauge("feeler_quarantined", "Updates and calls set aside", registry=self.registry)
        self.uncertain = Gauge("feeler_uncertain", "Calls given up as perhaps sent", registry=self.registry)
        self.poll_age = Gauge(
            "feeler_poll_age_seconds", "Since the last poll that worked", registry=self.registry
        )
        self.poll_age.set_function(lambda: self.age)
        self.turn_seconds = 10.0  # running mean of one answer
        self.polled = time.monotonic()
        self.polling = False  # this process receives updates, so that its polls have an age
        self.ready = False

    @property
    def age(self) -> float:
        """Seconds since updates were last received without an error; 0 where this process does not poll."""
        return time.monotonic() - self.polled if self.polling else 0.0

    def received(self, new: int) -> None:
        self.polled = time.monotonic()
        self.updates.inc(new)

    def turn_ended(self, state: str, seconds: float) -> None:
        self.turns.labels(state).inc()
        self.turn_time.observe(seconds)
        self.turn_seconds += LEARN * (seconds - self.turn_seconds)
