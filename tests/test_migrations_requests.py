"""What other systems brought before stays known as what it was; else one would be filed twice, or shown as another."""

from __future__ import annotations

from sqlalchemy import select

from hotline import migrations
from hotline.domain import api_keys
from hotline.domain.act import COMMAND
from hotline.domain.api_keys import ApiRequest, Brought
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast


def test_what_was_brought_before_is_a_complaint_and_no_version_before_is_shown_a_callback(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        key, case = api_keys.make(act, cast.heat.id, "官网")[0], given.case(act, cast)
        api_keys.note_done(act, key, "a", Brought.COMPLAINT, "1", case.id)
        api_keys.note_done(act, key, "b", Brought.CALLBACK, "1", case.id)
    migrations.downgrade(runtime.engine, "0005")
    migrations.upgrade(runtime.engine)
    with runtime.look(COMMAND) as act:
        assert [(one.name, one.kind) for one in act.session.scalars(select(ApiRequest))] == [("a", "complaint")]
