"""Where other systems are told what happened; without it whoever names an address could have us ask any machine.

A machine of the inner network trusts who asks from within it (SSRF). So a webhook goes by https to an address of the
public internet, and elsewhere only where the settings name the place.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from hotline.errors import Invalid

ALSO = "HOTLINE_WEBHOOK_HOSTS_ALSO"  # the setting that names places beside the public internet
LONGEST = 1000  # characters of an address
_SHAPE = re.compile(r"https?://[!-~]+", re.ASCII)
_HOST = re.compile(r"[a-z0-9.:-]{1,253}", re.ASCII)
_PORTS = {"https": 443, "http": 80}
_NAT64 = IPv6Network("64:ff9b::/96")
_RELAYS = IPv4Network("192.88.99.0/24")
_RIGHT = "an address is written https://erp.example.com/hotline"


@dataclass(frozen=True)
class Destination:
    """A place that takes webhooks. What stands behind the host may be a key of its own, so it is not shown."""

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    named: bool  # the settings name it: neither https nor an address of the public internet is asked for

    @property
    def origin(self) -> str:
        """The place without its target, as settings and lists write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")


def read(url: str, also: Collection[str]) -> Destination:
    """The place that an address names. `also`: origins allowed beside https on the public internet.

    Raises Invalid, which says what would be right and never what was given: that may hold a key.
    """
    if not _SHAPE.fullmatch(url) or len(url) > LONGEST:
        raise Invalid(f"{_RIGHT}, without spaces or signs of another script, and has at most {LONGEST} characters")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise Invalid(f"{_RIGHT}, with a port of 1 to 65535 where it needs one") from None
    if parts.username is not None or parts.fragment or not _HOST.fullmatch(host):
        raise Invalid(f"{_RIGHT}: a host in small letters, no name and password before it, nothing behind a #")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Destination(parts.scheme, host, port, target, named=False)
    if found.origin in also:
        return Destination(parts.scheme, host, port, target, named=True)
    if parts.scheme != "https":
        raise Invalid(f"{_RIGHT}: without https anybody on the way could read it; {ALSO} alone allows that")
    if _is_address(host) and not is_public(host):
        raise Invalid(f"this is an address of an inner network, which is called only where {ALSO} names it")
    return found


def named(setting: str) -> frozenset[str]:
    """The origins of a setting with commas between: systems in the network of the house, which are called as well."""
    return frozenset(one for one in setting.split(",") if one)


def is_public(address: str) -> bool:
    """Is this an address of the public internet: no inner network, no machine of ours, nothing wrapped around one?"""
    found = ip_address(address.partition("%")[0])
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    if found in _RELAYS or (isinstance(found, IPv6Address) and found.is_site_local):
        return False  # both were given up, and some networks lead them inside still
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def may_be_called(to: Destination, addresses: Collection[str]) -> bool:
    """May this place be called, where its host leads to these addresses? Not where one of them alone lies inside."""
    return to.named or all(is_public(one) for one in addresses)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The older address that a newer one stands for."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
