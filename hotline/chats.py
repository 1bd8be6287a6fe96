"""The chat platforms whose group robots (群机器人) take messages; without it a robot's address could lead anywhere.

Whoever may name an address could otherwise have us ask machines of the inner network (SSRF).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.errors import Invalid

ALSO = "HOTLINE_ROBOT_HOSTS_ALSO"  # the setting that names hosts beside the platforms' own


class Kind(StrEnum):
    """Whose robot it is."""

    FEISHU = "feishu"
    DINGTALK = "dingtalk"
    WECOM = "wecom"


@dataclass(frozen=True)
class Platform:
    """Where a platform's robots are, how their addresses go on up to the key, and whether they take a signature."""

    origins: tuple[str, ...]
    path: str
    signs: bool

    @property
    def example(self) -> str:
        """How the address of a robot is written."""
        return f"{self.origins[0]}{self.path}..."


@dataclass(frozen=True)
class Address:
    """A robot's address and, where it wants a signature, the secret that signs. Both are keys to the group."""

    kind: Kind
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


PLATFORMS = {
    Kind.FEISHU: Platform(
        ("https://open.feishu.cn", "https://open.larksuite.com"),
        "/open-apis/bot/v2/hook/",
        signs=True,
    ),
    Kind.DINGTALK: Platform(
        ("https://oapi.dingtalk.com",),
        "/robot/send?access_token=",
        signs=True,
    ),
    Kind.WECOM: Platform(
        ("https://qyapi.weixin.qq.com",),
        "/cgi-bin/webhook/send?key=",
        signs=False,
    ),
}
_ADDRESS = re.compile(r"(?P<origin>https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?)(?P<rest>/[!-~]*)", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9_-]{8,200}")  # to the group, as the platforms write it


def check(to: Address, also: Collection[str]) -> None:
    """Is this a robot of the platform that it is said to be? `also`: origins allowed beside the platforms' own.

    Raises Invalid, which says what would be right and never what was given: that may be the key to another group.
    """
    platform, found = PLATFORMS[to.kind], _ADDRESS.fullmatch(to.url)
    of, right = f"the address of a {to.kind} robot", f"copy it whole, {platform.example}"
    if found is None:
        raise Invalid(f"{of} begins with https:// and has no spaces or signs of another script: {right}")
    if found["origin"] not in {*platform.origins, *also}:
        raise Invalid(f"{of} is written {platform.example}; another host is called only where {ALSO} names it")
    if not found["rest"].startswith(platform.path):
        raise Invalid(f"{of} goes on behind its host with {platform.path}: {right}")
    if not _KEY.fullmatch(found["rest"].removeprefix(platform.path)):
        raise Invalid(f"{of} ends in a key of 8 to 200 letters, digits, - and _ behind {platform.path}: {right}")
    if to.secret is not None and not platform.signs:
        raise Invalid(f"a {to.kind} robot takes no signature: its address alone is the key, leave the secret out")


def is_foreign(to: Address) -> bool:
    """Is this address none of the platforms', but one that the settings allow beside them?"""
    return not to.url.startswith(tuple(f"{origin}/" for origin in PLATFORMS[to.kind].origins))
