"""Where a request comes from, as the throttle sees it."""

import ipaddress

from flask import request

from hoshou.platform.actor import Actor, ActorKind


def client_address() -> str:
    """The peer's address; behind proxies the one that the trusted hops report."""
    return request.remote_addr or "unknown"


def subnet(address: str) -> str:
    """The network that one attacker commonly holds: /24 of IPv4, /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    prefix = 24 if parsed.version == 4 else 64
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def client_actor(kind: ActorKind = ActorKind.PUBLIC, name: str = "") -> Actor:
    """Somebody in a public page, known by the network address only."""
    return Actor(kind, name, origin=client_address())
