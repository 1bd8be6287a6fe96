"""Without this file the kinds of people, faults, complaints and wishes would be spelt anew in every room."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who may be told, asked or rung; `owner` is whoever owns the matter (首问负责制)."""

    OWNER = "owner"
    AGENT = "agent"
    ENGINEER = "engineer"
    DEPARTMENT_HEAD = "department_head"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    GENERAL_MANAGER = "general_manager"


class Holder(StrEnum):
    """Whoever can hold a log-in to the console: the roles of the staff, by the names they have there."""

    AGENT = "agent"
    ENGINEER = "engineer"
    DEPARTMENT_HEAD = "department_head"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    GENERAL_MANAGER = "general_manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Channel(StrEnum):
    """How an escalation reaches a person: by text alone, or by text and by telephone."""

    TEXT = "text"
    CALL = "call"


class Grade(StrEnum):
    """How grave a complaint is: 轻微, 重要, 重大."""

    MINOR = "minor"
    IMPORTANT = "important"
    MAJOR = "major"


class FaultClass(StrEnum):
    HEATING = "heating"
    WATER = "water"
    ELECTRICITY = "electricity"
    LIFT = "lift"
    DOOR = "door"
    SOFTWARE = "software"


class Scope(StrEnum):
    """Whose part is broken, as the diagnosis judges it (FLT-2, FLT-3)."""

    IN_SCOPE = "in_scope"
    UNCLEAR = "unclear"
    OUT_OF_SCOPE = "out_of_scope"
    EMERGENCY = "emergency"


class EmergencyKind(StrEnum):
    FIRE = "fire"
    GAS = "gas"
    BURST_PIPE = "burst_pipe"
    LIFT = "lift"
    INJURY = "injury"


class Staffing(StrEnum):
    """When agents answer: around the clock, around the clock in the heating season, or in opening hours."""

    ALWAYS = "always"
    SEASON = "season"
    HOURS = "hours"


class FlowItem(StrEnum):
    """What a caller may want; a company's menu is a choice of these, in its own order."""

    FAULT = "fault"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    MESSAGE = "message"
    PROGRESS = "progress"
    LOST_PROPERTY = "lost_property"
    EMERGENCY = "emergency"
    AGENT = "agent"


class SpokenName(StrEnum):
    """How much of a customer's name an agent hears before picking up (SEC-1)."""

    SURNAME = "surname"
    MASKED = "masked"
    NONE = "none"


class Asker(StrEnum):
    """Who asks on a return visit: a person of ours, or the machine, which passes on to a person on request."""

    AGENT = "agent"
    SURVEY = "survey"
