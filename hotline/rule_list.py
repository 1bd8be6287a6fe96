"""The command that shows who is told what, and when; without it nobody could read a company's clocks in one place."""

from __future__ import annotations

from typing import Any

import click

from hotline import listing
from hotline.domain import companies
from hotline.domain.act import COMMAND
from hotline.standard import loader
from hotline.standard.kinds import Channel
from hotline.standard.rules import Escalation, PromiseRule, Standard

_COLUMNS = ("rule", "within", "urgent", "warned", "told", "then", "more_time", "title")


@click.command("rules")
@click.option("--company", metavar="CODE", help="This company's, with its own figures.")
@click.option("--profile", default=loader.DEFAULT, show_default=True, help="Without a company: this profile's.")
@click.option("--chinese", is_flag=True, help="The titles in Chinese.")
@listing.as_json
def rules(company: str | None, profile: str, chinese: bool, as_json: bool) -> None:
    """Every rule with a clock: within what time, who is warned and told, whom it reaches next, who may give more time.

    Urgent: told at once, in quiet hours too. By call: their telephone rings as well.
    """
    shown = [_row(rule, chinese) for _key, rule in sorted(_standard(company, profile).promise_rules.items())]
    listing.show(shown, _COLUMNS, as_json=as_json)


def _standard(company: str | None, profile: str) -> Standard:
    if company is None:
        return loader.load(profile)
    with listing.opened() as runtime, runtime.look(COMMAND) as act:
        companies.coded(act, company)
        return act.standard


def _row(rule: PromiseRule, chinese: bool) -> dict[str, Any]:
    return {
        "rule": rule.key,
        "within": str(rule.limit),
        "urgent": rule.urgent,
        "warned": None if rule.warn_before is None else f"owner {rule.warn_before} before",
        "told": [str(role) for role in rule.tells],
        "then": [_step(step) for step in rule.escalate],
        "more_time": rule.approved_by,
        "title": rule.title_zh if chinese else rule.title_en,
    }


def _step(step: Escalation) -> str:
    by = " by call" if step.by is Channel.CALL else ""
    return f"{step.role} after {step.after}{by}"
