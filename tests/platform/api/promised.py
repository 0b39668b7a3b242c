"""What the published document promises of an answer."""

from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator

from hoshou.platform.api.document import ADDRESS


def breaches(app: Flask, path: str, method: str, status: int, answer: Any) -> list[str]:
    """Where the answer isn't what the document promises, or has what it doesn't name."""
    document = app.test_client().get(ADDRESS).get_json()
    promised = document["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]
    schema = {**promised, "components": document["components"]}
    return [error.message for error in Draft202012Validator(schema).iter_errors(answer)]
