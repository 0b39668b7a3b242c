"""The WSGI entry point: `gunicorn run:app`."""

from hoshou.app import create_app

app = create_app()
