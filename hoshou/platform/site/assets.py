"""The addresses of static files carry a digest of their content: browsers keep a file for a year, and never an old one."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from hoshou.platform.site.headers import ONE_YEAR, is_static

DIGEST = "v"
DIGEST_LENGTH = 12


def init_assets(app: Flask) -> None:
    """Addresses with digests, and the headers that rely on them."""

    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if is_static(endpoint):
            digest = _digest_of(app, endpoint, values["filename"])
            if digest:
                values[DIGEST] = digest

    @app.after_request
    def keep(response: Response) -> Response:
        asked_for = request.args.get(DIGEST)
        found = asked_for and is_static(request.endpoint) and response.status_code in (200, 304)
        # While a new version starts, an old process may be asked for a new file: its old one must not be kept.
        if found and asked_for == _digest_of(app, str(request.endpoint), (request.view_args or {})["filename"]):
            response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
        return response


def _digest_of(app: Flask, endpoint: str, filename: str) -> str:
    """The digest of a file that is there, else an empty text."""
    owner = app.blueprints[endpoint.rpartition(".")[0]] if "." in endpoint else app
    path = Path(owner.static_folder or "") / filename
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except OSError:
        return ""


@lru_cache(maxsize=1024)
def _digest(path: Path, _changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:DIGEST_LENGTH]
