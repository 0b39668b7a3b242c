"""Response headers of every answer, errors included (A20, A24)."""

import secrets

from flask import Flask, Response, g, request

ONE_YEAR = 31_536_000


def csp_nonce() -> str:
    """The nonce of this response's scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    nonce: str = g.csp_nonce
    return nonce


def content_policy(nonce: str) -> str:
    """Only our own files, and what carries the nonce; nobody may frame us."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def is_static(endpoint: str | None) -> bool:
    """Whether an endpoint hands out static files: the application's own, or a blueprint's."""
    return endpoint is not None and endpoint.rpartition(".")[2] == "static"


def init_headers(app: Flask) -> None:
    """Send the headers with every response of this application."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def send(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = content_policy(csp_nonce())
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if app.config["PUBLIC_URL"].startswith("https://"):
            headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"
        if not is_static(request.endpoint) or response.status_code >= 400:
            headers["Cache-Control"] = "no-store"
        return response
