"""Where a request comes from, as the throttle sees it."""

from flask import request

from hoshou.platform.actor import Actor, ActorKind


def client_address() -> str:
    """The peer's address; behind proxies the one that the trusted hops report."""
    return request.remote_addr or "unknown"


def client_actor(kind: ActorKind = ActorKind.PUBLIC, name: str = "") -> Actor:
    """Somebody in a public page, known by the network address only."""
    return Actor(kind, name, origin=client_address())
