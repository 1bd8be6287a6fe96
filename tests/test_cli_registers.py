"""The commands that keep companies, staff and refused numbers: what they take, and what they refuse in a sentence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.console import passwords
from hotline.domain import companies, customers, seats, staff
from hotline.domain.act import COMMAND
from hotline.domain.staff import Duty, Staff
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from tests import given
from tests.operator import Operator
from tests.world import SHANGHAI, Cast, HandClock

PASSWORD = "four words in a row"
NEW_COMPANY = ("--name-zh", "新城供热", "--name-en", "Newtown Heating", "--number", "010-8888 0001")
RESPONSIBLE = ("--responsible", "王芳", "--responsible-phone", "13800138000")
NEW_PERSON = ("--company", "heat", "--name", "郑凯", "--agent-number", "207", "--role", "engineer")


@pytest.fixture
def operator(runtime: Runtime) -> Operator:
    return Operator.of(runtime.settings)


def test_a_company_is_added_with_its_numbers_and_departments(operator: Operator, runtime: Runtime) -> None:
    said = operator.answered(
        "company add --code newtown --profile heating",
        *NEW_COMPANY,
        "--number",
        "+8610 8888 0002",
        "--department",
        "维修部",
    )
    assert "hotline staff add --company newtown" in said
    assert operator.reads("company list") == [
        {
            "id": 1,
            "code": "newtown",
            "name_zh": "新城供热",
            "name_en": "Newtown Heating",
            "profile": "heating",
            "numbers": ["+861088880001", "+861088880002"],
        }
    ]
    assert "维修部" in operator.refused("staff add --login x --no-password --department y", *_at("newtown"))


def test_a_company_takes_calls_from_its_first_second_when_somebody_is_responsible(
    operator: Operator, runtime: Runtime
) -> None:
    said = operator.answered("company add --code newtown", *NEW_COMPANY, *RESPONSIBLE)
    assert "王芳 logs in as newtown-supervisor after: hotline staff password newtown-supervisor" in said
    with runtime.look(COMMAND) as act:
        answers = staff.answerable(act, 1)
        assert (answers.name, staff.phone_of(act, answers).e164) == ("王芳", "+8613800138000")


def test_nobody_is_responsible_who_cannot_be_rung(operator: Operator) -> None:
    assert "--responsible-phone go together" in operator.refused(
        "company add --code newtown", *NEW_COMPANY, *RESPONSIBLE[:2]
    )
    assert operator.reads("company list") == []


def test_a_company_s_own_figures_come_from_a_file(operator: Operator, runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[answering]\nrings = 2\n")
    operator.answered("company add --code newtown", *NEW_COMPANY, "--overrides", str(file))
    with runtime.look(COMMAND) as act:
        companies.coded(act, "newtown")
        assert act.standard.answering.rings == 2


@pytest.mark.parametrize(
    ("figures", "reason"),
    [("[answering]\nrings = 'two'\n", "answering.rings: 'two' is not"), ("rings =", "is not TOML")],
)
def test_wrong_figures_are_refused_with_their_key(
    operator: Operator, tmp_path: Path, figures: str, reason: str
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(figures)
    assert reason in operator.refused("company add --code newtown", *NEW_COMPANY, "--overrides", str(file))
    assert operator.reads("company list") == []


@pytest.mark.usefixtures("cast")
def test_a_company_cannot_take_another_s_code_or_number(operator: Operator, cast: Cast) -> None:
    assert "code heat already" in operator.refused("company add --code heat", *NEW_COMPANY)
    assert "another company" in operator.refused(f"company add --code new --number {cast.heat.number}", *NEW_COMPANY)
    assert "no profile is called" in operator.refused("company add --code new --profile villa", *NEW_COMPANY)
    assert "telephone number" in operator.refused("company add --code new --number 12", *NEW_COMPANY)


@pytest.mark.usefixtures("cast")
def test_a_person_is_taken_on_and_can_log_in(operator: Operator, runtime: Runtime) -> None:
    operator.answered(
        "staff add --login zheng --phone 13900000777 --password-stdin", *NEW_PERSON, stdin=f"{PASSWORD}\n"
    )
    newest = operator.reads("staff list --company heat")[-1]
    newest.pop("id")
    assert newest == {
        "login": "zheng",
        "name": "郑凯",
        "company": "heat",
        "agent_number": "207",
        "roles": ["engineer"],
        "phone": "139****0777",
        "logs_in": True,
        "active": True,
        "languages": None,
    }
    with runtime.look(COMMAND) as act:
        kept = act.session.scalar(select(Staff.password_hash).where(Staff.login == "zheng"))
    assert passwords.fits(kept, PASSWORD)


@pytest.mark.usefixtures("cast")
def test_a_new_password_ends_every_open_log_in(operator: Operator, runtime: Runtime, cast: Cast) -> None:
    operator.answered("staff password lin --password-stdin", stdin=f"{PASSWORD}\n")
    with runtime.look(COMMAND) as act:
        lin = staff.get(act, cast.lin.id)
        assert passwords.fits(lin.password_hash, PASSWORD)
        assert lin.session_epoch == 1
    assert "nobody logs in as x" in operator.refused("staff password x --password-stdin", stdin=f"{PASSWORD}\n")


@pytest.mark.usefixtures("cast")
def test_a_person_gets_another_telephone(operator: Operator, runtime: Runtime, cast: Cast) -> None:
    assert operator.answered("staff phone lin 13900000777") == "lin is rung at 139****0777\n"
    with runtime.look(COMMAND) as act:
        found = staff.by_phone(act, PhoneNumber.parse("13900000777"))
        assert found is not None
        assert (found.id, staff.phone_of(act, found).e164) == (cast.lin.id, "+8613900000777")
        assert staff.by_phone(act, cast.lin.number) is None
    assert "telephone number" in operator.refused("staff phone lin 12")


@pytest.mark.usefixtures("cast")
def test_a_person_is_put_on_duty_in_the_company_s_own_time(operator: Operator, runtime: Runtime, at: HandClock) -> None:
    at.set(datetime(2027, 3, 1, 9, tzinfo=SHANGHAI))  # the cast's roster has ended
    operator.answered("staff roster wang repair --from 2027-03-01T08:00 --until 2027-03-01T16:00")
    assert _on_repair_duty(runtime) == ["wang"]
    at.set(datetime(2027, 3, 1, 16, tzinfo=SHANGHAI))
    assert _on_repair_duty(runtime) == []
    backwards = "staff roster wang repair --from 2027-03-01T08:00 --until 2027-03-01T07:00"
    assert "--until must be later" in operator.refused(backwards)


@pytest.mark.usefixtures("cast")
def test_a_password_is_asked_for_twice_where_it_is_not_piped(operator: Operator) -> None:
    result = operator.types("staff add --login zheng", *NEW_PERSON, stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output


@pytest.mark.usefixtures("cast")
def test_a_short_password_is_refused(operator: Operator) -> None:
    said = operator.refused("staff add --login zheng --password-stdin", *NEW_PERSON, stdin="secret\n")
    assert "has 6 characters; take 12 or more" in said


@pytest.mark.usefixtures("cast")
def test_a_person_may_never_log_in(operator: Operator) -> None:
    operator.answered("staff add --login zheng --no-password", *NEW_PERSON)
    assert operator.reads("staff list --company heat")[-1]["logs_in"] is False


@pytest.mark.usefixtures("cast")
def test_a_log_in_is_one_person_s(operator: Operator) -> None:
    assert "log-in lin is taken" in operator.refused("staff add --login lin --no-password", *NEW_PERSON)


@pytest.mark.usefixtures("cast")
def test_staff_are_listed_in_a_table_that_chinese_names_keep_straight(operator: Operator) -> None:
    lines = operator.answered("staff list").splitlines()
    assert len(lines) == 13
    company = lines[0].index("company")
    by_login = {line.split()[1]: line for line in lines[1:]}
    # Two columns of a terminal for each of the name's two characters, so two characters fewer in the line.
    assert by_login["lin"][company - 2 :].startswith("heat")


@pytest.mark.usefixtures("cast")
def test_a_number_is_refused_once_a_supervisor_confirmed(operator: Operator, runtime: Runtime, cast: Cast) -> None:
    operator.answered(f"nuisance flag {cast.unknown.e164} --by lin --reason", "rings every night")
    assert not _is_refused(runtime, cast.unknown)
    assert "takes a supervisor" in operator.refused("nuisance confirm 1 --by lin")
    operator.answered("nuisance confirm 1 --by sun")
    assert _is_refused(runtime, cast.unknown)
    assert operator.reads("nuisance list") == [
        {
            "id": 1,
            "number": "139****0099",
            "flagged_by": "lin",
            "flagged_at": "2026-11-18T02:00:00.000000+00:00",
            "confirmed_by": "sun",
            "expires_at": "2026-12-18T02:00:00.000000+00:00",
        }
    ]


@pytest.mark.usefixtures("cast")
def test_a_number_is_flagged_by_somebody_who_exists(operator: Operator) -> None:
    assert "nobody logs in as nobody" in operator.refused("nuisance flag 13800001111 --by nobody --reason x")
    assert "no flagged number 7" in operator.refused("nuisance confirm 7 --by sun")


def _at(code: str) -> tuple[str, ...]:
    return ("--company", code, *NEW_PERSON[2:])


def _on_repair_duty(runtime: Runtime) -> list[str]:
    with runtime.look(COMMAND) as act:
        return [person.login for person in staff.on_duty(act, 1, Duty.REPAIR)]


def _is_refused(runtime: Runtime, number: PhoneNumber) -> bool:
    with runtime.look(COMMAND) as act:
        return customers.is_nuisance(act, number)


def test_the_languages_in_which_somebody_answers_are_listed(operator: Operator, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        given.seat(act, cast.zhou)
        seats.speaking(act, given.seat(act, cast.lin), ["en"])
    listed = {one["login"]: one["languages"] for one in operator.reads("staff list --company heat")}
    assert (listed["lin"], listed["zhou"], listed["wang"]) == (["en"], ["zh-CN", "en"], None)
