"""What has the stage seen of each scenario and test person so far? Read from what it told, as it is told.

Left out: judging it; whether an order is over (`waiting`).
"""

from __future__ import annotations

from itertools import islice

from readiness.recording import UNATTRIBUTED, Connection, Exchange, Moment
from readiness.stage.memory import Memory
from readiness.stage.scenario import SILENT


class Sight:
    """Looks at what was told since it last looked."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._seen = [0, 0]
        self._met: dict[str, int] = {}
        self._receipts: dict[str, list[Moment]] = {}
        self._silent: list[Exchange] = []
        self._began = 0

    def came(self, since_ns: int) -> bool:
        """Whether a connection or a request has begun since a moment, and is over. What only ended then does not count:
        it may be an idle connection of before."""
        self._look()
        return self._began > since_ns

    def met(self, since_ns: int = 0) -> frozenset[str]:
        """The scenarios that something belonged to, from a moment on."""
        self._look()
        return frozenset(scenario for scenario, at in self._met.items() if at >= since_ns)

    def receipt(self, person: str, since_ns: int = 0) -> Moment | None:
        """When the first receipt about a person had left whole, from a moment on."""
        self._look()
        return next((at for at in self._receipts.get(person, ()) if at.ns >= since_ns), None)

    def silence(self) -> int | None:
        """How long the sending system waited for the silent scenario's answer before it closed, in ns."""
        self._look()
        connections = {one.id: one for one in self._memory.connections.values()}
        waits = []
        for exchange in self._silent:
            connection = connections.get(exchange.connection)
            if connection is not None and connection.closed_by == "peer" and exchange.accepted is not None:
                waits.append(connection.closed.ns - exchange.accepted.ns)
        return max(waits, default=None)

    def _look(self) -> None:
        connections, exchanges = self._memory.connections, self._memory.exchanges
        for connection in islice(connections.values(), self._seen[0], None):
            self._take_connection(connection)
        for exchange in islice(exchanges.values(), self._seen[1], None):
            self._take_exchange(exchange)
        self._seen = [len(connections), len(exchanges)]

    def _take_connection(self, connection: Connection) -> None:
        self._began = max(self._began, connection.accepted.ns)
        for attribution in connection.attributions:
            self._note(attribution.scenario, connection.accepted.ns)

    def _take_exchange(self, exchange: Exchange) -> None:
        self._began = max(self._began, exchange.first_byte.ns)
        for attribution in exchange.attributions:
            self._note(attribution.scenario, exchange.first_byte.ns)
            if exchange.receipted and attribution.person:
                at = exchange.response_last_byte or exchange.first_byte
                self._receipts.setdefault(attribution.person, []).append(at)
            if attribution.scenario == SILENT and attribution.by != "" and exchange.role == "operator":
                self._silent.append(exchange)

    def _note(self, scenario: str, at_ns: int) -> None:
        if scenario != UNATTRIBUTED:
            self._met[scenario] = max(at_ns, self._met.get(scenario, 0))
