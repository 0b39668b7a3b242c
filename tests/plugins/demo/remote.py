"""WebTest against a server that runs elsewhere: each request goes out over a real connection."""

import http.client
from collections.abc import Callable, Iterable
from typing import Any

from webob import Request
from webtest import TestApp

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "server", "date"}


def remote_browser(port: int) -> TestApp:
    """A browser whose forms and links work as they do against an application in the same process."""

    def forward(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            headers = {name: value for name, value in request.headers.items() if name != "Content-Length"}
            # Read here: WebOb would leave a long body in a temporary file that nobody closes.
            body = environ["wsgi.input"].read(request.content_length or 0)
            connection.request(request.method, request.path_qs, body=body, headers=headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
            start_response(f"{answer.status} {answer.reason}", kept)
            return [answer.read()]
        finally:
            connection.close()

    return TestApp(forward, extra_environ={"HTTP_HOST": f"127.0.0.1:{port}"})
