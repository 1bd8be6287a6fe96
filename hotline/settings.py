"""What the environment says: read once, frozen, refused loudly by name; a guess here would ring the wrong people."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hotline import keys
from hotline.errors import Invalid
from hotline.sealing import Sealer
from hotline.standard import transcribing

_SQLITE = "sqlite:///"
_TOKEN_SHORTEST = 16  # characters; a guessable one would let anybody sign webhooks
_MISSING = " is not set: `hotline keys` prints fresh ones, `hotline up` keeps its own in the data folder"


@dataclass(frozen=True)
class CarrierAccount:
    """What the carrier knows us by. `tokens` are tried in turn when a webhook's signature is checked."""

    sid: str
    tokens: tuple[str, ...]
    api_key: str | None
    api_secret: str | None
    api_base: str | None
    calls_per_second: float


@dataclass(frozen=True)
class BucketAddress:
    """A bucket of an S3-compatible service; without key and secret we are known by the role of the machine."""

    address: str
    endpoint: str | None
    region: str
    key: str | None
    secret: str | None


class Settings(BaseModel):
    """One frozen object; every field is the environment's variable of the same name in capitals."""

    model_config = ConfigDict(frozen=True)

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_auth_tokens_also: SecretStr | None = None
    twilio_api_key: str | None = None
    twilio_api_key_secret: SecretStr | None = None
    twilio_api_base: str | None = None
    twilio_calls_per_second: float = Field(1.0, gt=0, le=100)
    public_base_url: str | None = None
    database_url: str | None = None
    redis_url: str | None = None
    trusted_proxies: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    hotline_var: Path = Path("var")
    hotline_recordings: str | None = None
    aws_endpoint_url: str | None = None
    aws_region: str = "us-east-1"
    aws_access_key_id: str | None = None
    aws_secret_access_key: SecretStr | None = None
    hotline_transcripts: Annotated[str, AfterValidator(transcribing.checked)] | None = None
    hotline_queue: str = Field("hotline", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    hotline_robot_hosts_also: str = ""
    hotline_webhook_hosts_also: str = ""
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    secret_key: SecretStr = Field(min_length=32)
    sealing_keys: SecretStr
    blind_index_key: SecretStr
    audit_signing_key: SecretStr

    @field_validator("twilio_account_sid", "twilio_api_key")
    @classmethod
    def _sid(cls, value: str | None, field: ValidationInfo) -> str | None:
        kind = "AC" if field.field_name == "twilio_account_sid" else "SK"
        if value is not None and not re.fullmatch(rf"{kind}[0-9a-f]{{32}}", value):
            raise ValueError(f"is {kind} and 32 characters 0-9 a-f")
        return value

    @field_validator("twilio_auth_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _TOKEN_SHORTEST:
            raise ValueError("is too short: the carrier's console shows 32 characters")
        return value

    @field_validator("hotline_recordings")
    @classmethod
    def _bucket(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]+)?", value):
            raise ValueError("is written s3://bucket or s3://bucket/prefix; not set, recordings lie in the data folder")
        return value

    @field_validator("public_base_url", "twilio_api_base", "aws_endpoint_url", "oidc_issuer")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("is written like https://hotline.example.com")
        if "_" in parts.hostname:
            raise ValueError("the carrier refuses a host name with an underscore in it")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"^(sqlite|postgres(ql)?(\+psycopg)?)://", value):
            raise ValueError("is written sqlite:////path/to/file or postgresql://user:password@host/name")
        if value and value.startswith(_SQLITE) and not (folder := _folder_of(value)).is_dir():
            raise ValueError(f"there is no folder {folder}: make it, or name another")
        return re.sub(r"^postgres://", "postgresql://", value) if value else None

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"^(rediss?|unix)://", value):
            raise ValueError("is written redis://host:6379/0 or unix:///path/to/socket")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: str) -> str:
        try:
            return ",".join(str(ip_address(one.strip())) for one in value.split(","))
        except ValueError as error:
            raise ValueError("is a list of network addresses, written like 127.0.0.1,10.0.0.2") from error

    @field_validator("hotline_robot_hosts_also", "hotline_webhook_hosts_also")
    @classmethod
    def _robot_hosts(cls, value: str) -> str:
        origins = [one.strip() for one in value.split(",") if one.strip()]
        if not all(re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", one) for one in origins):
            raise ValueError("is a list like https://chat.example.com: machines that may be called as well")
        return ",".join(origins)

    @field_validator("sealing_keys")
    @classmethod
    def _sealing_keys(cls, value: SecretStr) -> SecretStr:
        keys.parse(value.get_secret_value())
        return value

    @field_validator("blind_index_key", "audit_signing_key")
    @classmethod
    def _thirty_two_bytes(cls, value: SecretStr) -> SecretStr:
        keys.decode(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        if self.twilio_account_sid and not self.twilio_auth_token:
            raise ValueError("TWILIO_AUTH_TOKEN is missing: webhooks are signed with the account's primary token")
        if bool(self.twilio_api_key) != bool(self.twilio_api_key_secret):
            raise ValueError("TWILIO_API_KEY and TWILIO_API_KEY_SECRET go together: set both or neither")
        if bool(self.aws_access_key_id) != bool(self.aws_secret_access_key):
            raise ValueError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together: set both or neither")
        if len({bool(one) for one in (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)}) > 1:
            raise ValueError("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together: set all three or none")
        if self.twilio_account_sid and not self.public_base_url:
            raise ValueError("PUBLIC_BASE_URL is missing: the carrier must be told where to reach us")
        return self

    @property
    def database(self) -> str:
        """The database's URL; the embedded default lies in the data folder."""
        return self.database_url or f"sqlite:///{self.hotline_var.resolve() / 'hotline.db'}"

    @property
    def redis(self) -> str:
        """Redis' URL; without one, the socket on which `hotline up` starts its own."""
        return self.redis_url or f"unix://{self.hotline_var.resolve() / 'redis.sock'}"

    @property
    def proxies(self) -> frozenset[str]:
        """The addresses of the proxies in front of us: what they say of who asks is believed."""
        return frozenset(self.trusted_proxies.split(","))

    @property
    def robot_hosts_also(self) -> frozenset[str]:
        """Where group robots may be called beside the platforms' own hosts: private deployments of a platform."""
        return frozenset(one for one in self.hotline_robot_hosts_also.split(",") if one)

    @property
    def base_url(self) -> str:
        """The address at which people and the carrier reach us."""
        return self.public_base_url or f"http://127.0.0.1:{self.port}"

    @property
    def carrier(self) -> CarrierAccount:
        """The carrier's account. Raises Invalid where none is set."""
        if not self.twilio_account_sid or not self.twilio_auth_token:
            raise Invalid(
                "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set: `hotline up` starts a simulated carrier instead"
            )
        also = self.twilio_auth_tokens_also.get_secret_value() if self.twilio_auth_tokens_also else ""
        return CarrierAccount(
            sid=self.twilio_account_sid,
            tokens=(self.twilio_auth_token.get_secret_value(), *(t.strip() for t in also.split(",") if t.strip())),
            api_key=self.twilio_api_key,
            api_secret=self.twilio_api_key_secret.get_secret_value() if self.twilio_api_key_secret else None,
            api_base=self.twilio_api_base,
            calls_per_second=self.twilio_calls_per_second,
        )

    @property
    def oidc(self) -> tuple[str, str, str] | None:
        """Issuer, client id and secret at the company's identity provider; None: people log in with a pass phrase."""
        if not self.oidc_issuer or not self.oidc_client_id or not self.oidc_client_secret:
            return None
        return self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret.get_secret_value()

    @property
    def bucket(self) -> BucketAddress | None:
        """The bucket in which recordings are kept; None: they are kept in the data folder."""
        if self.hotline_recordings is None:
            return None
        secret = self.aws_secret_access_key.get_secret_value() if self.aws_secret_access_key else None
        return BucketAddress(
            self.hotline_recordings, self.aws_endpoint_url, self.aws_region, self.aws_access_key_id, secret
        )

    def sealer(self, retired: Callable[[str], str | None] = lambda _name: None) -> Sealer:
        """Seals and opens with the keys that are set; `retired` gives those that are set no longer (see Sealer)."""
        index_key = keys.decode(self.blind_index_key.get_secret_value())
        return Sealer(keys.parse(self.sealing_keys.get_secret_value()), index_key, retired)

    def signing_key(self) -> bytes:
        """The 32-byte seed with which checkpoints of the log are signed."""
        return keys.decode(self.audit_signing_key.get_secret_value())


def load(environment: Mapping[str, str] | None = None, *, make_keys: bool = False) -> Settings:
    """Read the environment (or `environment`) once. Raises Invalid naming every wrong or missing variable.

    Keys that are not in it are taken from keys.json in the data folder; with `make_keys` that file is made first.
    """
    given = {
        name.lower(): value for name, value in (os.environ if environment is None else environment).items() if value
    }
    known = {name: given[name] for name in Settings.model_fields if name in given}
    if "twilio_api_secret" in given:  # the carrier's own pages use both names
        known.setdefault("twilio_api_key_secret", given["twilio_api_secret"])
    folder = Path(known.get("hotline_var", "var"))
    for name, value in keys.stored(folder, make=make_keys).items():
        known.setdefault(name.lower(), value)
    try:
        return Settings.model_validate(known)
    except ValidationError as error:
        problems = [_say(problem) for problem in error.errors(include_input=False)]
        if not any(name.lower() in known for name in keys.NAMES):
            problems = [_no_keys(folder), *(text for text in problems if not text.endswith(_MISSING))]
        raise Invalid("\n".join(problems)) from error


def environment(**changes: str) -> dict[str, str]:
    """This process's environment with changes, for a process that we start."""
    return {**os.environ, **changes}


def _no_keys(folder: Path) -> str:
    return (
        f"there is no data folder with keys at {folder.resolve()}: set HOTLINE_VAR to the one of the running system; "
        "`hotline up` makes one, `hotline keys` prints keys for the environment"
    )


def _folder_of(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix(_SQLITE).partition("?")[0]).parent


def _say(problem: Any) -> str:
    name = str(problem["loc"][-1]).upper() if problem["loc"] else ""
    if problem["type"] == "missing":
        return name + _MISSING
    text = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {text}" if name else text
