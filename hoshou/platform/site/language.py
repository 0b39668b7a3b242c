"""Which language a page speaks: Japanese unless somebody chose English."""

from flask import current_app, has_request_context, session

LANGUAGE = "locale"


def chosen_language() -> str:
    """The reader's choice, else the default."""
    default: str = current_app.config["BABEL_DEFAULT_LOCALE"]
    if not has_request_context():
        return default
    choice: str = session.get(LANGUAGE, default)
    return choice if choice in current_app.config["LANGUAGES"] else default
