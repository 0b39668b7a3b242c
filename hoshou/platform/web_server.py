"""The web server: gunicorn with threads, told here and nowhere else how to run."""

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from hoshou.platform.logs import hide_secrets

THREADS = 8
WORKER_TIMEOUT_SECONDS = 60
"""Of a worker as a whole; a slow upload holds a thread only."""

GRACE_SECONDS = 30
BACKLOG = 2048
"""How many connections may wait for a worker, for instance while one web server relieves another."""

ACCESS_LINE = '%(t)s [%(p)s] %(h)s "%(r)s" %(s)s %(b)s %(M)sms'


@dataclass(frozen=True)
class Listening:
    """Where to listen, with how many worker processes, and the file of the access log (``-``: standard output)."""

    host: str
    port: int
    workers: int
    access_log: str = "-"

    @property
    def address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class RedactingLogger(Logger):
    """Gunicorn's logs without the secret part of viewing URLs."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        hide_secrets(self.error_log)
        hide_secrets(self.access_log)


class WebServer(BaseApplication):
    """Each worker builds an application of its own after the fork: no connection is shared."""

    def __init__(self, make_app: Callable[[], Flask], settings: dict[str, Any]) -> None:
        self._make_app = make_app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()


def listen(listening: Listening) -> socket.socket:
    """The socket on which one web server after another answers. Raises OSError where the address is taken."""
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    return socket.create_server((listening.host, listening.port), family=family, backlog=BACKLOG)


def serve_web(
    make_app: Callable[[], Flask], listening: Listening, listener: socket.socket, ready: Connection
) -> None:
    """Answer requests until SIGTERM; whenever a worker is ready, this process's id is sent by ``ready``."""

    def worker_is_ready(_worker: Worker) -> None:
        ready.send(os.getppid())

    settings = {
        "bind": f"fd://{listener.fileno()}",
        "workers": listening.workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": WORKER_TIMEOUT_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": 5,
        "preload_app": False,
        # How many proxies are believed is the application's to say (TRUSTED_PROXIES).
        "forwarded_allow_ips": "",
        "control_socket_disable": True,
        "logger_class": RedactingLogger,
        "accesslog": listening.access_log,
        "access_log_format": ACCESS_LINE,
        "post_worker_init": worker_is_ready,
    }
    logging.getLogger("gunicorn").propagate = False
    WebServer(make_app, settings).run()
