"""A file as the answer to a form; without it each table would be sent with other headers (REC-6)."""

from __future__ import annotations

from typing import IO

from flask import send_file
from flask.typing import ResponseReturnValue

from hotline.sheets import FORMS


def answer(file: IO[bytes], form: str, name: str) -> ResponseReturnValue:
    """The file as something to keep, under a name."""
    return send_file(
        file, mimetype=FORMS[form], as_attachment=True, download_name=f"{name}.{form}", conditional=False, etag=False
    )
