"""Which addresses are this machine's own: what is sent there never goes through a proxy."""

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit


def on_loopback(url: str) -> bool:
    """Whether the URL's host is this machine. False for what is no URL."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    host = host.removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified
