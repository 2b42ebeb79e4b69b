"""How a server is reached: by the proxies and certificates that the environment names, unless it is on this
machine.

The variables are read here, by the standard library's rules, and not by httpx, which refuses entries of
NO_PROXY that other programs take, such as `fd00::/8`.
"""

from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from feeler.errors import SettingsError
from feeler.loopback import on_loopback


def httpx_options(url: str) -> dict[str, Any]:
    """What a client of httpx is made with to reach `url`.

    Raises SettingsError for a proxy, or certificates, that cannot be used.
    """
    options: dict[str, Any] = {"trust_env": False}
    if on_loopback(url):
        return options
    proxy = _proxy_for(url)
    if proxy:
        options["proxy"] = proxy
    if url.lower().startswith("https:") or proxy.startswith("https:"):
        options["verify"] = _certificates()
    return options


def _proxy_for(url: str) -> str:
    """The proxy on the way to `url`; empty where there is none."""
    try:
        to = urlsplit(url)
        known = getproxies()
        if not to.hostname or proxy_bypass(to.hostname):
            return ""
        proxy = known.get(to.scheme) or known.get("all") or ""
        proxy = proxy if "://" in proxy or not proxy else f"http://{proxy}"
        if proxy and (not urlsplit(proxy).hostname or urlsplit(proxy).port == 0):
            raise ValueError("no address")
        if proxy:
            httpx.AsyncHTTPTransport(proxy=proxy)
    except (ValueError, ImportError, httpx.InvalidURL):
        raise SettingsError(
            f"HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names a proxy that cannot be used for {url}: correct it, "
            "put the server's host into NO_PROXY, or for socks5:// install httpx[socks]"
        ) from None
    return proxy


def _certificates() -> Any:
    try:
        return httpx.create_ssl_context()
    except OSError:
        raise SettingsError(
            "SSL_CERT_FILE or SSL_CERT_DIR names certificates that cannot be read: correct it, or unset it"
        ) from None
