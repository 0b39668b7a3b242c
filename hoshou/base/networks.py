"""Network addresses as the throttle sees them."""

import ipaddress


def subnet(address: str) -> str:
    """The network that one attacker commonly holds: /24 of IPv4, /64 of IPv6; other texts as they are."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    prefix = 24 if parsed.version == 4 else 64
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))
