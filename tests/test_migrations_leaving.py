"""Who let somebody go before is read from the log; else an upgrade let nobody but an administrator take them back."""

from __future__ import annotations

from hotline import migrations
from hotline.domain import api_keys, leaving, staff, verifying
from hotline.domain.act import COMMAND
from hotline.domain.api_keys import Scope
from hotline.runtime import Runtime
from tests.tampering import write_over
from tests.world import Cast


def test_who_let_somebody_go_is_known_and_no_version_before_lets_a_key_report_on_everybodys_repairs(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.act(COMMAND) as act:
        _key, secret = api_keys.make(act, cast.heat.id, "维保单位", [Scope.REPAIRS], [cast.wang.id])
        _other, stays = api_keys.make(act, cast.heat.id, "官网")
        for who, by in ((cast.lin, cast.sun.id), (cast.wang, cast.sun.id), (cast.zhou, None)):
            leaving.dismiss(act, who.id, by=by)
    with runtime.act(COMMAND) as act:
        for who in (cast.lin, cast.wang):
            leaving.come_back(act, staff.get(act, who.id), by=None)
        leaving.dismiss(act, cast.lin.id, by=cast.qian.id)
    with runtime.act(COMMAND) as act:
        write_over(act.session, "house", "staff-left", act.at)
    migrations.downgrade(runtime.engine, "0019")
    migrations.upgrade(runtime.engine)
    with runtime.look(COMMAND) as act:
        let_go = {who.login: staff.get(act, who.id).left_by_id for who in (cast.lin, cast.wang, cast.zhou)}
        assert let_go == {"lin": cast.qian.id, "wang": None, "zhou": None}
        assert api_keys.shown(act, secret) is None
        assert api_keys.shown(act, stays) is not None
        assert not [one for one in verifying.verify(act.session).problems if "staff" in str(one)]
