"""The sound of a recording over the network; without bounds a strange answer would fill a worker (contract 6, 9)."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import requests
from requests.exceptions import ReadTimeout

from hotline.standard.engine import CarrierFigures

# Asks an address with a name and a secret: the status, and the body where it is 200.
Media = Callable[[str, tuple[str, str]], tuple[int, bytes]]
_PIECE = 65536  # bytes


def over_the_network(figures: CarrierFigures) -> Media:
    """Media by HTTP within the figures. It raises requests' errors, and ValueError for a body that is too large."""
    return partial(_fetched, figures)


def _fetched(figures: CarrierFigures, url: str, auth: tuple[str, str]) -> tuple[int, bytes]:
    """One GET. No redirect is followed: the account's secret goes to the address that we know, and nowhere else."""
    limits = (figures.connect_timeout.seconds, figures.timeout.seconds)
    ends = time.monotonic() + figures.sound_within.seconds
    with requests.get(url, auth=auth, timeout=limits, stream=True, allow_redirects=False) as answer:
        body = bytearray()
        if answer.status_code == requests.codes.ok:
            for piece in answer.iter_content(_PIECE):
                body += piece
                if len(body) > figures.sound_largest:
                    raise ValueError("a recording larger than any that we ask for")
                if time.monotonic() > ends:
                    raise ReadTimeout
        return answer.status_code, bytes(body)
