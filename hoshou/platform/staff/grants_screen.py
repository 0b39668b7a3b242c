"""What each role may do, as stated by the plugins; `hoshou access sync` puts it in force (P-005)."""

from typing import Any

from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext as _

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.staff.contribution import StaffView
from hoshou.platform.subject import Role

ROLE_LABELS = {
    Role.ADMINISTRATOR: N_("システム管理者"),
    Role.ASSOCIATION: N_("協会担当者"),
    Role.INSURER: N_("損害保険会社"),
    Role.AGENCY: N_("損害保険代理店"),
    Role.AUDITOR: N_("監査人"),
    Role.LEAD_OFFICE: N_("幹事保険会社 制度担当課"),
    Role.CO_INSURER: N_("非幹事保険会社 主管店"),
    Role.GROUP_ASSOCIATION: N_("全国警備業協会"),
    Role.PREFECTURE: N_("都道府県警備業協会"),
}
METHOD_LABELS = {
    "list": N_("一覧"),
    "show": N_("詳細"),
    "add": N_("登録"),
    "edit": N_("変更"),
    "delete": N_("削除"),
    "upload": N_("アップロード"),
    "content": N_("原本の表示とダウンロード"),
    "renotify": N_("再通知と再発行"),
    "tokens": N_("個人用トークン"),
    "invite": N_("招待"),
    "reset": N_("文面を元に戻す"),
    "run": N_("実行"),
    "verify": N_("検査"),
}


class GrantsView(BaseView):
    """Read only: rights are changed in the plugins, not by a click."""

    route_base = "/grants"
    default_view = "list"

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        rows = [
            (
                _(contribution.label) if contribution.label else contribution.view.__name__,
                [
                    "、".join(_method_label(contribution, method) for method in _ordered(contribution, role))
                    for role in Role
                ],
            )
            for contribution in self.appbuilder.contributions
        ]
        return self.render_template(
            "staff/grants.html", title=_("ロールと権限"), roles=[_(ROLE_LABELS[role]) for role in Role], rows=rows
        )


def _ordered(contribution: StaffView, role: Role) -> list[str]:
    names = list(METHOD_LABELS)
    methods = contribution.grants.get(role, frozenset())
    return sorted(methods, key=lambda method: (names.index(method) if method in names else len(names), method))


def _method_label(contribution: StaffView, method: str) -> str:
    return str(_({**METHOD_LABELS, **contribution.method_labels}.get(method, method)))


GRANTS_SCREEN = StaffView(
    GrantsView,
    dict.fromkeys((Role.ADMINISTRATOR, Role.AUDITOR), frozenset({"list"})),
    name="grants",
    label=N_("ロールと権限"),
    category="administration",
    category_label=N_("システム管理"),
    order=88,
)
