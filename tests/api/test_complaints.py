"""Complaints of other systems; if this broke, one would be lost, filed twice, or shown to whom it is nothing to."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.console import form_fields
from hotline.domain import api_keys, audit, cases, companies, complaints, customers, promises, visitors
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.outbox import OutboxEntry
from hotline.domain.visitors import Channel
from hotline.errors import NotFound
from hotline.runtime import Runtime
from tests.api.sender import WRONGED, Sender, said
from tests.world import SHANGHAI, Cast, HandClock

FILED = {**WRONGED, "where_when": "昨天下午，3号楼", "wanted": "上门道歉", "grade": "major", "why": "当众辱骂老人"}


def told(sender: Sender, case: Case, name: str) -> str:
    """What is kept of a case, opened."""
    with sender.runtime.look(COMMAND) as act:
        row = act.session.get_one(Case, case.id)
        return cases.unseal(act, row, row.details[f"sealed_{name}"])


def test_a_complaint_gets_a_number_an_owner_and_its_clocks(sender: Sender, cast: Cast, at: HandClock) -> None:
    answer = sender.files(**FILED)
    assert answer.status_code == 201, answer.text
    (case,) = sender.cases()
    assert (case.number, case.kind, case.owner_id) == (said(answer)["number"], "complaint", cast.lin.id)
    assert said(answer)["grade"] == "major"
    due = {one["rule"]: datetime.fromisoformat(one["due"]) for one in said(answer)["promises"]}
    assert due["CMP-1.sign"] == at.now + timedelta(minutes=10)
    assert due["CMP-4.settle.major"] == at.now + timedelta(days=10)
    assert due["CMP-9.callback"] == at.now + timedelta(days=2)
    assert "http" not in answer.text


def test_what_was_told_lies_sealed_with_the_customers_key(sender: Sender, cast: Cast) -> None:
    sender.files(**FILED)
    (case,) = sender.cases()
    assert {name: told(sender, case, name) for name in ("happened", "where_when", "wanted", "name", "contact")} == {
        "happened": "维修员上门后大声训斥老人",
        "where_when": "昨天下午，3号楼",
        "wanted": "上门道歉",
        "name": "李梅",
        "contact": "+8613800001234",
    }
    assert "李梅" not in str(case.details)
    with sender.runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, case.customer_id or 0))
    with pytest.raises(NotFound):
        told(sender, case, "happened")


def test_the_register_and_the_log_say_which_system_brought_it(sender: Sender, cast: Cast) -> None:
    sender.files(**FILED)
    (case,) = sender.cases()
    with sender.runtime.look(COMMAND) as act:
        line = visitors.of_case(act, case.id)
        assert line is not None
        assert line.channel == Channel.WEB
        entries = audit.entries(act.session, case.chain)
        assert [entry.fields["key"] for entry in entries if entry.kind == "came-by-key"] == [sender.key_id]
        assert {entry.actor for entry in entries} == {"api"}
        assert not any("李梅".encode() in entry.body or b"13800001234" in entry.body for entry in entries)


def test_nobody_notes_by_hand_what_another_system_brings() -> None:
    assert Channel.WEB not in form_fields.CHOICES["channel"]
    assert {*form_fields.CHOICES["channel"], Channel.WEB} == set(Channel)


def test_ungraded_counts_as_the_standard_says(sender: Sender) -> None:
    answer = sender.files(**WRONGED)
    assert said(answer)["grade"] == "important"
    assert "CMP-4.settle.important" in {one["rule"] for one in said(answer)["promises"]}


def test_the_customers_own_limit_counts_where_it_is_sooner(sender: Sender) -> None:
    by_day = said(sender.files(**WRONGED, limit="2026-11-19"))["promises"]
    by_hour = said(sender.files(**WRONGED, limit="2026-11-18T20:00:00+08:00"))["promises"]
    (day,), (hour,) = ([one["due"] for one in made if "settle" in one["rule"]] for made in (by_day, by_hour))
    assert datetime.fromisoformat(day) == datetime(2026, 11, 20, tzinfo=SHANGHAI), "the end of that day"
    assert datetime.fromisoformat(hour) == datetime(2026, 11, 18, 20, tzinfo=SHANGHAI)


def test_department_person_and_sister_company_are_found_by_their_names(sender: Sender, cast: Cast) -> None:
    with sender.runtime.act(COMMAND) as act:
        mending = companies.add_department(act, companies.get(act, cast.home.id), "维修部").id
    about = {"company": "home", "department": "维修部", "person": "021"}
    answer = sender.files(**WRONGED, about=about)
    assert "CMP-11.feedback" in {one["rule"] for one in said(answer)["promises"]}
    (case,) = sender.cases()
    with sender.runtime.look(COMMAND) as act:
        complaint = complaints.of_case(act, case.id)
        assert complaint is not None
        assert (complaint.about_company_id, complaint.department_id) == (cast.home.id, mending)
        assert complaint.about_staff_id == cast.wu.id
    assert told(sender, case, "respondent") == "home, 维修部, 021"


def test_whoever_is_complained_of_does_not_answer_for_it(sender: Sender, cast: Cast) -> None:
    sender.files(**WRONGED, about={"person": "001"})
    (case,) = sender.cases()
    assert case.owner_id == case.first_owner_id != cast.lin.id
    with sender.runtime.look(COMMAND) as act:
        line = visitors.of_case(act, case.id)
        assert line is not None
        assert line.noted_by_id == case.owner_id
        texts = act.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == "send-text")).all()
        assert [one.about["text"] for one in texts if one.about["to"] == "customer"] == ["complaint-received"]


def test_an_anonymous_complaint_keeps_nobody(sender: Sender) -> None:
    answer = sender.files(happened="夜里停暖", anonymous=True)
    assert answer.status_code == 201
    (case,) = sender.cases()
    assert (case.anonymous, case.customer_id) == (True, None)
    assert set(case.details) == {"sealed_happened"}
    assert not {"CMP-7.tell", "CMP-9.callback"} & {one["rule"] for one in said(answer)["promises"]}


@pytest.mark.parametrize("field", ["happened", "where_when", "wanted", "why"])
def test_an_anonymous_complaint_that_names_a_number_is_refused_and_the_number_kept_nowhere(
    sender: Sender, field: str
) -> None:
    words = {"happened": "夜里停暖", "grade": "minor", "why": "只此一次", field: "打13800138000找我"}
    answer = sender.files(anonymous=True, **words)
    assert (answer.status_code, [one["field"] for one in said(answer)["errors"]]) == (400, [field])
    assert "13800138000" not in answer.text
    assert sender.cases() == []
    assert sender.files(**words).status_code == 201, "who says who they are may say how to reach them"


def test_whoever_leaves_no_number_is_promised_no_call(sender: Sender) -> None:
    answer = sender.files(happened="夜里停暖", name="李梅")
    assert answer.status_code == 201
    assert "CMP-9.callback" not in {one["rule"] for one in said(answer)["promises"]}
    assert told(sender, sender.cases()[0], "name") == "李梅"


def test_what_is_known_of_a_customer_is_not_overwritten_by_a_form(sender: Sender, cast: Cast) -> None:
    sender.files(happened="夜里停暖", name="冒名者", phone=cast.chen.number.e164, language="en")
    (case,) = sender.cases()
    assert case.customer_id == cast.chen.id
    with sender.runtime.look(COMMAND) as act:
        chen = customers.get(act, cast.chen.id)
        assert act.sealer.open_for(chen.key, chen.name or "") == "陈"


def test_a_new_customer_is_answered_in_the_language_of_the_form(sender: Sender) -> None:
    sender.files(**WRONGED, language="en")
    with sender.runtime.look(COMMAND) as act:
        assert customers.get(act, sender.cases()[0].customer_id or 0).language == "en"


def test_sent_twice_it_is_filed_once_and_answered_alike(sender: Sender, cast: Cast, at: HandClock) -> None:
    first = sender.files("the-same", **FILED)
    with sender.runtime.act(COMMAND) as act:
        promises.done(act, "CMP-9.callback", cases.get(act, 1))
    at.passes(timedelta(hours=5))
    with sender.runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        promises.make(act, "CMP-6.form", cases.get(act, 1))
    again = sender.files("the-same", **dict(reversed(FILED.items())))
    assert (again.status_code, said(again)) == (201, said(first))
    assert len(sender.cases()) == 1


def test_sent_many_times_at_once_it_is_filed_once(app: Flask, sender: Sender) -> None:
    answers: list[tuple[int, str]] = []

    def send() -> None:
        answer = sender.files("the-same", **FILED)
        answers.append((answer.status_code, answer.text))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(answers), len(set(answers))) == (4, 1)
    assert len(sender.cases()) == 1


def test_another_complaint_under_the_same_name_is_refused(sender: Sender) -> None:
    sender.files("the-same", **FILED)
    answer = sender.files("the-same", **{**FILED, "wanted": "赔偿"})
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert "fresh one" in said(answer)["detail"]
    assert len(sender.cases()) == 1


def test_a_sender_may_ask_where_its_complaint_stands(sender: Sender, at: HandClock) -> None:
    number = said(sender.files(**FILED))["number"]
    at.passes(timedelta(minutes=1))
    with sender.runtime.act(COMMAND) as act:
        promises.done(act, "CMP-9.callback", cases.get(act, 1))
    answer = sender.asks(number)
    assert answer.status_code == 200
    assert {name: said(answer)[name] for name in ("number", "state", "stage", "grade")} == {
        "number": number,
        "state": "open",
        "stage": "filed",
        "grade": "major",
    }
    (called,) = [one for one in said(answer)["promises"] if one["rule"] == "CMP-9.callback"]
    assert called["verdict"] == "kept"
    assert datetime.fromisoformat(called["done"]) == at.now
    assert "李梅" not in answer.text


def test_nobody_else_is_told_of_it(app: Flask, runtime: Runtime, cast: Cast, sender: Sender) -> None:
    number = said(sender.files(**FILED))["number"]
    for other in (Sender(app, runtime, cast.heat), Sender(app, runtime, cast.home)):
        assert (other.asks(number).status_code, other.asks("261118999").status_code) == (404, 404)
    with runtime.act(COMMAND) as act:
        call_in = cases.open(
            act, companies.get(act, cast.heat.id), kind=cases.Kind.ENQUIRY, matter="enquiry", owner_id=cast.lin.id
        ).number
    assert sender.asks(call_in).status_code == 404


def test_a_company_without_anybody_takes_no_complaint_and_keeps_none(app: Flask, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        empty = companies.found(act, code="empty", name_zh="空", name_en="Empty", profile="property", numbers=[])
        secret = api_keys.make(act, empty.id, "官网")[1]
    sender = Sender(app, runtime, cast.heat)
    answer = sender.sends('{"happened": "夜里停暖"}', Authorization=f"Bearer {secret}")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    with runtime.look(COMMAND) as act:
        assert act.session.scalar(select(Case.id)) is None
