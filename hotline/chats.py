"""The chat platforms whose group robots (群机器人) take messages; without it a robot's address could lead anywhere.

Whoever may name an address could otherwise have us ask machines of the inner network (SSRF).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.errors import Invalid


class Kind(StrEnum):
    """Whose robot it is."""

    FEISHU = "feishu"
    DINGTALK = "dingtalk"
    WECOM = "wecom"


@dataclass(frozen=True)
class Platform:
    """Where a platform's robots are, how their addresses go on behind the host, and whether they take a signature."""

    origins: tuple[str, ...]
    form: str  # a regular expression; it ends in the key to the group
    example: str
    signs: bool


@dataclass(frozen=True)
class Address:
    """A robot's address and, where it wants a signature, the secret that signs. Both are keys to the group."""

    kind: Kind
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


PLATFORMS = {
    Kind.FEISHU: Platform(
        ("https://open.feishu.cn", "https://open.larksuite.com"),
        r"/open-apis/bot/v2/hook/[\w-]{8,200}",
        "https://open.feishu.cn/open-apis/bot/v2/hook/...",
        signs=True,
    ),
    Kind.DINGTALK: Platform(
        ("https://oapi.dingtalk.com",),
        r"/robot/send\?access_token=[\w-]{8,200}",
        "https://oapi.dingtalk.com/robot/send?access_token=...",
        signs=True,
    ),
    Kind.WECOM: Platform(
        ("https://qyapi.weixin.qq.com",),
        r"/cgi-bin/webhook/send\?key=[\w-]{8,200}",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...",
        signs=False,
    ),
}
_ADDRESS = re.compile(r"(?P<origin>https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?)(?P<rest>/[!-~]*)", re.ASCII)


def check(to: Address, also: Collection[str]) -> None:
    """Is this a robot of the platform that it is said to be? `also`: origins allowed beside the platforms' own.

    Raises Invalid, which says what would be right and never what was given: that may be the key to another group.
    """
    platform, found = PLATFORMS[to.kind], _ADDRESS.fullmatch(to.url)
    if found is None or found["origin"] not in {*platform.origins, *also}:
        raise Invalid(f"the address of a {to.kind} robot is written {platform.example}; no other host is called")
    if not re.fullmatch(platform.form, found["rest"], re.ASCII):
        raise Invalid(f"the address of a {to.kind} robot is copied whole: {platform.example}")
    if to.secret is not None and not platform.signs:
        raise Invalid(f"a {to.kind} robot takes no signature: its address alone is the key, leave the secret out")


def is_foreign(to: Address) -> bool:
    """Is this address none of the platforms', but one that the settings allow beside them?"""
    return not to.url.startswith(tuple(f"{origin}/" for origin in PLATFORMS[to.kind].origins))
