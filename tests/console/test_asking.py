"""Who asks: an address is believed from our own proxies alone, so that nobody guesses pass phrases under another's."""

from __future__ import annotations

import pytest
from flask import Flask, session

from hotline.console import asking
from hotline.runtime import make
from hotline.settings import Settings
from hotline.web import create_app


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The application behind two proxies."""
    return create_app(make(settings.model_copy(update={"trusted_proxies": "127.0.0.1,10.0.0.2"})))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("zh;q=0.8,en;q=0.9", "en"),
        ("en;q=0.5,zh-CN", "zh-CN"),
        ("zh-TW,zh;q=0.9", "zh-CN"),
        ("fr-FR", "zh-CN"),
        ("", "zh-CN"),
    ],
)
def test_before_a_language_is_chosen_it_is_the_browsers(app: Flask, accepted: str, language: str) -> None:
    headers = {"Accept-Language": accepted} if accepted else {}
    with app.test_request_context("/", headers=headers):
        assert asking.language() == language
    with app.test_request_context("/?lang=en", headers=headers):
        assert asking.language() == "en"
        assert session["language"] == "en"


@pytest.mark.parametrize(
    ("peer", "told", "is_asked_by"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.3", "198.51.100.1", "10.0.0.3"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_our_proxies_are_believed_about_who_asks(app: Flask, peer: str, told: str, is_asked_by: str) -> None:
    headers = {"X-Forwarded-For": told} if told else {}
    with app.test_request_context("/", headers=headers, environ_base={"REMOTE_ADDR": peer}):
        assert asking.address() == is_asked_by
