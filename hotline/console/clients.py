"""From where and with what somebody logs in, in few words; without it nobody would know their own log-ins again."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from flask import request

from hotline.console import asking

# By what stands in the header, the first that fits: each browser names the ones that it is like as well.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_COARSE = {4: 24, 6: 48}  # bits of an address that are kept: its network, not the machine


def network() -> str:
    """The network that asks, such as 203.0.113.0/24; nothing where no address is known."""
    try:
        address = ip_address(asking.address())
    except ValueError:
        return ""
    return str(ip_network((address, _COARSE[address.version]), strict=False))


def browser() -> str:
    """The browser and the system it runs on, such as "Firefox · Windows"; nothing of what it does not say."""
    header = request.headers.get("User-Agent", "")
    found = [next((name for sign, name in kinds if sign in header), "") for kinds in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name)
