"""Which addresses are this machine's own: what is sent there never goes through a proxy."""

import socket
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

_NAMES = frozenset(  # as /etc/hosts has them
    ("localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback")
)


def on_loopback(url: str) -> bool:
    """Whether the URL's host is this machine. False for what is no URL."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    host = host.removesuffix(".")
    if host in _NAMES or host.endswith(".localhost") or host == socket.gethostname().lower():
        return True
    try:
        address = ip_address(host.partition("%")[0] if ":" in host else socket.inet_aton(host))
    except (OSError, ValueError):
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified
