"""The staff session of a request: who it is, which rows are theirs, and its server-side ticket."""

from datetime import timedelta

from flask import Flask, Response, current_app, g, request, session
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user, login_user, logout_user

from hoshou.platform import audit, tickets
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.client import client_address
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.fence import put_up
from hoshou.platform.site.headers import is_static
from hoshou.platform.subject import Subject
from hoshou.platform.tickets import TicketKind

TICKET = "staff_ticket"
TOUCH_EVERY = timedelta(seconds=60)
"""The idle time of staff is an hour: a minute's precision spares a write for each page."""


def begin(user: User, action: str = "staff.login") -> None:
    """Log the user in: everything of the old session is dropped, a fresh ticket is issued."""
    here = platform()
    language = session.get("locale")
    session.clear()
    if language:
        session["locale"] = language
    with unit_of_work() as work:
        issued = tickets.issue(
            work,
            here.clock,
            here.keys,
            TicketKind.STAFF,
            str(user.id),
            idle=timedelta(minutes=current_app.config["STAFF_IDLE_MINUTES"]),
            until=here.clock.now() + timedelta(hours=current_app.config["SESSION_HOURS"]),
            note=client_address()[:320],
        )
        audit.record(work, here.clock, actor_of(user), action, "user", user.id)
    session[TICKET] = f"{issued.public_id}.{issued.secret}"
    login_user(user, remember=False)


def end() -> None:
    """Log out: the ticket dies, so a copy of the cookie is worth nothing."""
    here = platform()
    if current_user.is_authenticated:
        actor = staff_actor()
        with unit_of_work() as work:
            tickets.end(work, here.clock, ticket_id())
            audit.record(work, here.clock, actor, "staff.logout", "user", actor.user_id)
    logout_user()
    session.clear()


def ticket_id() -> str:
    """The public number of this session's ticket."""
    return str(session.get(TICKET, "")).partition(".")[0]


def ticket_is_alive(user_id: str) -> bool:
    """Whether the cookie's ticket lives and is this user's; acting keeps it alive."""
    here = platform()
    public_id, _, secret = session.get(TICKET, "").partition(".")
    if not secret:
        return False
    ticket = tickets.find(db.session(), here.keys, TicketKind.STAFF, public_id, secret)
    if ticket is None or ticket.subject != user_id or not tickets.is_alive(ticket, here.clock):
        return False
    if here.clock.now() - ticket.last_seen_at >= TOUCH_EVERY:
        with unit_of_work() as work:
            tickets.touch(work, here.clock, ticket)
    return True


def actor_of(user: User) -> Actor:
    return Actor(ActorKind.STAFF, user.username, user.id, client_address())


def say_it_once(response: Response) -> Response:
    """Of equal messages that wait for the next page one is enough; the cookie that carries them has little room."""
    waiting = session.get("_flashes", [])
    messages = list(dict.fromkeys(tuple(message) for message in waiting))
    if len(messages) < len(waiting):
        session["_flashes"] = messages
    return response


def staff_actor() -> Actor:
    """The logged-in user as the audit log names them."""
    return actor_of(current_user)


def current_subject() -> Subject:
    """The logged-in user as the rules see them, read once a request."""
    if "subject" not in g:
        found = platform().plugins.hook.subject_of_user(user_id=current_user.id)
        g.subject = found or Subject(
            current_user.id,
            current_user.get_full_name(),
            current_user.email,
            frozenset(role.name for role in current_user.roles),
        )
    subject: Subject = g.subject
    return subject


def init_fence(app: Flask) -> None:
    """Put the fence up round each request of the staff site (A11). The API's is put up once the token is known."""
    others = {*app.config["PUBLIC_BLUEPRINTS"], *app.config["API_BLUEPRINTS"], "site"}

    @app.before_request
    def fence() -> None:
        if request.endpoint is None or is_static(request.endpoint) or request.blueprint in others:
            return
        put_up(db.session(), current_subject() if current_user.is_authenticated else None)
