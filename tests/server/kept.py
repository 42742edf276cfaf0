"""A scripted user who clicks until the server is killed, and what he may then rely on."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import httpx

from .forked import ForkedServer
from .program import HEIGHT, WIDTH


class ScriptedUser:
    """Clicks, undoes and redoes at random, and remembers what was acknowledged.

    Args:
        session: The id of his session.
        seed: Of his choices.
    """

    def __init__(self, session: str, seed: int) -> None:
        self.session = session
        self.acknowledged: list[tuple[str, int]] = []
        self._chance = random.Random(seed)
        self._made = 0
        self.pending: tuple[str, dict[str, Any]] | None = None

    def work(self, server: ForkedServer) -> None:
        """Send operations until the server is gone; what was not answered is sent again first."""
        with server.client() as client, suppress(httpx.TransportError):
            while True:
                self.pending = self.pending or self._next()
                self._send(client, *self.pending)
                self.pending = None

    def _next(self) -> tuple[str, dict[str, Any]]:
        self._made += 1
        op_id = f"op-{self._made}"
        kind = self._chance.choice(["clicks"] * 4 + ["undo", "redo"])
        if kind != "clicks":
            return kind, {"op_id": op_id}
        place = {"x": self._chance.randrange(WIDTH), "y": self._chance.randrange(HEIGHT)}
        label, scale = self._chance.choice([1, -1]), self._chance.choice(["low", "high"])
        return kind, {**place, "label": label, "scale": scale, "op_id": op_id}

    def _send(self, client: httpx.Client, kind: str, body: dict[str, Any]) -> None:
        answer = client.post(f"sessions/{self.session}/{kind}", json=body)
        if answer.status_code == 409 and kind != "clicks":
            return  # nothing to undo or redo
        assert answer.status_code == 200, answer.text
        self.acknowledged.append((body["op_id"], answer.json()["revision"]))
