"""A socket between a worker and PostgreSQL that can be cut in the middle of a COMMIT."""

import select
import socket
import threading
import time
from contextlib import suppress
from enum import StrEnum


class Cut(StrEnum):
    """Where: before the server hears of the commit, before the client hears that it was done, or in between:
    the client has lost its connection and the commit comes through a moment later."""

    BEFORE = "before"
    AFTER = "after"
    LATE = "late"


LATE_SECONDS = 0.5


class CuttingProxy:
    """Listens on a port of its own; ``cut`` arms it for one COMMIT."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0
        self._armed: Cut | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, where: Cut) -> None:
        """The next COMMIT will be cut."""
        self._armed = where

    def close(self) -> None:
        # Wakes the thread that waits for connections.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=[client], daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._server_port)) as server, suppress(OSError):
            while True:
                ready, _, _ = select.select([client, server], [], [])
                for source in ready:
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    where = self._taken(data) if source is client else None
                    if where is Cut.BEFORE:
                        return
                    if where is Cut.LATE:
                        client.close()
                        time.sleep(LATE_SECONDS)
                        server.sendall(data)
                        server.recv(1 << 16)
                        return
                    (server if source is client else client).sendall(data)
                    if where is Cut.AFTER:
                        # The answer is waited for, so that the commit is done, and thrown away.
                        server.recv(1 << 16)
                        return

    def _taken(self, data: bytes) -> Cut | None:
        where = self._armed
        if where is None or b"COMMIT" not in data:
            return None
        self._armed = None
        self.cuts += 1
        return where
