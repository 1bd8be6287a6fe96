"""Telephone numbers as the world writes them; without it one customer would be three."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult, timezone

from hotline.errors import Invalid

# What the carrier writes in From when the caller's number is withheld (contract 1.10).
_DIALLED = re.compile(r"\+?[0-9 ().-]+")
_WITHHELD = frozenset({"anonymous", "unknown", "restricted", "unavailable", "private", "blocked", "+266696687", ""})

# Lines at which a person is called for the ordinary price: none that earns whoever holds it money (premium rate, shared
# cost, personal numbers), none by satellite.
_ORDINARY = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
    }
)


@dataclass(frozen=True)
class PhoneNumber:
    """A number in E.164 form, such as +8613800001111."""

    e164: str

    @classmethod
    def parse(cls, text: str, region: str = "CN") -> PhoneNumber:
        """Read a number as a person writes or keys it, in the habits of `region`. Raises Invalid."""
        try:
            parsed = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException as error:
            raise Invalid(f"not a telephone number: {error}") from error
        if not phonenumbers.is_possible_number(parsed):
            raise Invalid("not a possible telephone number: give it with its area code or country code")
        return cls(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))

    @classmethod
    def from_carrier(cls, text: str) -> PhoneNumber | None:
        """The caller's number as the carrier gives it; None when it is withheld or no number (sip:, client:)."""
        if text.strip().lower() in _WITHHELD or not _DIALLED.fullmatch(text.strip()):
            return None
        try:
            return cls.parse(text)
        except Invalid:
            return None

    def is_ordinary_in(self, regions: Collection[str]) -> bool:
        """Is it a whole number, of an ordinary line in one of these regions (ISO 3166: CN, HK ...)?"""
        parsed = phonenumbers.parse(self.e164)
        return (
            phonenumbers.is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE
            and phonenumbers.region_code_for_number(parsed) in regions
            and (phonenumbers.number_type(parsed) in _ORDINARY or _may_be_mobile(parsed))
        )

    def is_of(self, regions: Collection[str]) -> bool:
        """Does its country code belong to one of these regions, whatever sort of number it is?"""
        code = phonenumbers.parse(self.e164).country_code or 0
        return not set(regions).isdisjoint(phonenumbers.region_codes_for_country_code(code))

    @property
    def zone(self) -> str | None:
        """The time zone (such as Asia/Shanghai) of whoever has it; None where the number does not tell one."""
        zones = timezone.time_zones_for_number(phonenumbers.parse(self.e164))
        return zones[0] if len(zones) == 1 and zones[0] != timezone.UNKNOWN_TIMEZONE else None

    @property
    def national(self) -> str:
        """The digits as dialled inside the country: 13800001111, 01012345678."""
        parsed = phonenumbers.parse(self.e164)
        return "".join(
            c for c in phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL) if c.isdigit()
        )

    @property
    def masked(self) -> str:
        """Shown on a screen: the first three and the last four digits (SEC-1)."""
        digits = self.national
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 7 else f"***{digits[-2:]}"

    @property
    def spoken(self) -> str:
        """Read out digit by digit: 1 3 8 0 0 0 0 1 1 1 1 (contract 5.3)."""
        return " ".join(self.national)

    def __str__(self) -> str:
        return self.masked


def _may_be_mobile(parsed: phonenumbers.PhoneNumber) -> bool:
    """Is it in a range that the numbering plan at hand does not know yet, and as long as a mobile number there?

    A number that lacks digits is in no range either.
    """
    length = phonenumbers.is_possible_number_for_type_with_reason(parsed, PhoneNumberType.MOBILE)
    unknown = phonenumbers.number_type(parsed) == PhoneNumberType.UNKNOWN
    return bool(unknown and length == ValidationResult.IS_POSSIBLE)
