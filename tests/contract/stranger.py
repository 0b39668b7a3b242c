"""A plugin of somebody else's that uses every hook of the contract."""

from flask import Blueprint, jsonify
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from hoshou.base.calculators import CalculatorIdentity
from hoshou.platform.calculators import Calculator
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Every, Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.site.entrance import Audience, Entrance, FootLink
from hoshou.platform.staff.charts import Chart, Series
from hoshou.platform.staff.contribution import HomeItem, RecordLink, StaffView
from hoshou.platform.subject import Role, Subject

NAME = "stranger"
VERSION = "1.0.0"
REQUIRES = ("organisations",)

page = Blueprint("stranger", __name__)
api = Blueprint("stranger_api", __name__, url_prefix="/api/v1")


@page.get("/stranger")
def show():
    return "A stranger's page"


@api.get("/stranger")
def answer():
    return jsonify(subject=None)


class StrangerView(BaseView):
    default_view = "index"

    @expose("/")
    @has_access
    def index(self):
        return "A stranger's screen"


@hookimpl
def staff_views():
    return [
        StaffView(StrangerView, name="Stranger", label="よその画面", grants={Role.INSURER: frozenset({"index"})})
    ]


@hookimpl
def public_blueprints():
    return [page]


@hookimpl
def entrances():
    return [Entrance(Audience.ORDERER, "stranger/entrance.html")]


@hookimpl
def foot_links():
    return [FootLink("stranger.show", "The stranger's link")]


@hookimpl
def api_blueprints():
    return [api]


@hookimpl
def calculators():
    return [Calculator(CalculatorIdentity("stranger", 1), lambda request, parameters, calendar: {"levy": 4711})]


@hookimpl
def jobs():
    return [Job("stranger.greet", "よその仕事", Every(60), lambda context: {})]


@hookimpl
def mail_templates():
    return [MailTemplate("stranger.hello", "よそのメール", "件名", "本文", ())]


@hookimpl
def action_labels():
    return [("stranger.greeted", "よそから挨拶がありました")]


@hookimpl
def home_items(subject):
    return [HomeItem("Errand of a stranger", subject.name, "/strangerview/")]


@hookimpl
def charts(subject):
    return [
        Chart("A stranger's count", "Month", "visits", ("2026/04", "2026/05"), (Series(subject.name, (2, 3)),))
    ]


@hookimpl
def record_links(subject, object_kind, object_id):
    return [RecordLink("A stranger's page about it", subject.name, f"/strangerview/?{object_kind}={object_id}")]


@hookimpl
def subject_of_user(user_id):
    return Subject(user_id, "The stranger", "stranger@example.jp") if user_id == 4711 else None
