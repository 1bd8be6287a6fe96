"""Which addresses are robots'; if this broke, an address could lead to a machine of the inner network (SSRF)."""

from __future__ import annotations

import pytest

from hotline import chats
from hotline.chats import Address, Kind
from hotline.errors import Invalid

FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-4e5f"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=0a1b2c3d4e5f"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0a1b2c3d-4e5f"
LARK = FEISHU.replace("open.feishu.cn", "open.larksuite.com")
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("kind", "url"), [("feishu", FEISHU), ("feishu", LARK), ("dingtalk", DINGTALK), ("wecom", WECOM)]
)
def test_the_address_that_a_platform_gives_is_taken(kind: str, url: str) -> None:
    chats.check(Address(Kind(kind), url), NONE)


@pytest.mark.parametrize(
    "url",
    [
        FEISHU.replace("https", "http"),
        FEISHU.replace("open.feishu.cn", "169.254.169.254"),
        FEISHU.replace("open.feishu.cn", "localhost:8000"),
        FEISHU.replace("open.feishu.cn", "open.feishu.cn.evil.example"),
        FEISHU.replace("open.feishu.cn", "evil.example#open.feishu.cn"),
        FEISHU.replace("open.feishu.cn", "open.feishu.cn@evil.example"),
        FEISHU.replace("open.feishu.cn", "open.feishu.cn:8443"),
        FEISHU.replace("open.feishu.cn", "evil.example\\@open.feishu.cn"),
        FEISHU.replace("open-apis", "../other"),
        FEISHU + "/../../../admin",
        FEISHU + "?x=1",
        FEISHU + "\r\nHost: evil.example",
        FEISHU + "\n",
        " " + FEISHU,
        "https://open.feishu.cn/open-apis/bot/v2/hook/",
        "https://open.feishu.cn/open-apis/bot/v2/hook/群",
        "file:///etc/passwd",
        "gopher://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-4e5f",
        DINGTALK,
        "",
    ],
)
def test_any_other_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Invalid, match="feishu robot") as refusal:
        chats.check(Address(Kind.FEISHU, url), NONE)
    assert "0a1b2c3d" not in str(refusal.value)


def test_a_host_of_ones_own_is_called_only_where_the_settings_allow_it() -> None:
    ours = Address(Kind.FEISHU, FEISHU.replace("open.feishu.cn", "chat.example.com"))
    with pytest.raises(Invalid):
        chats.check(ours, frozenset({"https://other.example.com"}))
    chats.check(ours, frozenset({"https://chat.example.com"}))
    assert chats.is_foreign(ours)
    assert not chats.is_foreign(Address(Kind.FEISHU, FEISHU))


def test_a_host_that_is_allowed_is_called_at_a_robots_address_alone() -> None:
    with pytest.raises(Invalid, match="behind its host with /open-apis/bot/v2/hook/"):
        chats.check(Address(Kind.FEISHU, "https://chat.example.com/admin"), frozenset({"https://chat.example.com"}))


@pytest.mark.parametrize(
    ("kind", "url", "right"),
    [
        ("feishu", FEISHU.replace("https://open.feishu.cn", "http://127.0.0.1:9000"), "where HOTLINE_ROBOT_HOSTS_ALSO"),
        ("feishu", "open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d-4e5f", "begins with https://"),
        ("feishu", FEISHU.replace("/v2", ""), "behind its host with /open-apis/bot/v2/hook/"),
        ("feishu", FEISHU[:-8], "ends in a key of 8 to 200"),
        ("dingtalk", DINGTALK[:-6], "ends in a key of 8 to 200"),
        ("wecom", WECOM + "&key=x", "ends in a key of 8 to 200"),
    ],
)
def test_a_refusal_names_the_part_that_is_wrong(kind: str, url: str, right: str) -> None:
    with pytest.raises(Invalid) as refusal:
        chats.check(Address(Kind(kind), url), NONE)
    assert right in str(refusal.value)
    assert chats.PLATFORMS[Kind(kind)].example in str(refusal.value)


def test_a_secret_is_refused_where_the_platform_takes_no_signature() -> None:
    with pytest.raises(Invalid, match="no signature"):
        chats.check(Address(Kind.WECOM, WECOM, "a-secret"), NONE)


def test_an_address_is_no_secret_of_a_log() -> None:
    assert "0a1b2c3d" not in repr(Address(Kind.FEISHU, FEISHU, "a-secret"))
    assert "a-secret" not in repr(Address(Kind.FEISHU, FEISHU, "a-secret"))
