"""Where the carrier's own descriptions lie; without it every contract test would look for Node in its own way."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
DECLARATIONS = MODULES / "twilio/lib/twiml/VoiceResponse.d.ts"
BUILDER = MODULES / "twilio/lib/twiml/VoiceResponse.js"
_SERVICES = MODULES / "@twilio/cli-core/src/services/twilio-api"
OPENAPI = (_SERVICES / "twilio_api_v2010.json", _SERVICES / "twilio_intelligence_v2.json")


def missing() -> str:
    """What the contract tests lack on this machine, or an empty string."""
    if shutil.which("node") is None:
        return "no Node"
    lacking = [path for path in (DECLARATIONS, BUILDER, *OPENAPI) if not path.is_file()]
    return f"no npm package ({lacking[0].relative_to(MODULES)})" if lacking else ""


def required() -> bool:
    """True in CI, where a test that does not run is a failure and not a courtesy."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
