"""The carrier's refusals in our words; without it a refusal and a lost answer would be treated alike (contract 3.4)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response

from hotline.carrier import CarrierError
from hotline.carrier.codes import CODES, Meaning


@contextmanager
def in_our_words(*, changes: bool) -> Iterator[None]:
    """Whatever goes wrong inside becomes a CarrierError. `changes`: the request may not simply be repeated.

    The cause is cut off: its words hold the address, and a list's address holds a telephone number.
    """
    try:
        yield
    except TwilioException as error:
        raise _refused(error, changes) from None
    except RequestException as error:
        raise _unanswered(error, changes) from None
    except ValueError:
        raise CarrierError("answer-not-readable", unknown=changes) from None


def _refused(error: Any, changes: bool) -> CarrierError:
    status = _status(error)
    if status is None:
        return CarrierError("answer-not-readable", unknown=changes)
    code = getattr(error, "code", None)
    code = int(code) if code is not None and int(code) != status else None
    if status == HTTPStatus.TOO_MANY_REQUESTS:  # was not processed (contract 6.2)
        return CarrierError("too-many-requests", code=code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CarrierError("carrier-in-trouble", unknown=changes, code=code)
    meaning = CODES.get(code or 0) or _by_status(status)
    return CarrierError(meaning.word, permanent=meaning.permanent, code=code)


def _status(error: Any) -> int | None:
    """The HTTP status of a refusal; a refused list hides it in a response among the error's arguments."""
    found = getattr(error, "status", None)
    return found or next((told.status_code for told in error.args if isinstance(told, Response)), None)


def _by_status(status: int) -> Meaning:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return CODES[20003]
    if status == HTTPStatus.NOT_FOUND:
        return CODES[20404]
    return Meaning("refused", True)


def _unanswered(error: RequestException, changes: bool) -> CarrierError:
    never_left = (ConnectTimeout, ConnectionRefusedError, socket.gaierror)
    if any(isinstance(cause, never_left) for cause in _causes(error)):
        return CarrierError("carrier-unreachable")
    return CarrierError("no-answer-from-carrier", unknown=changes)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
