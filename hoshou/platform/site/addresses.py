"""Keys in addresses: ``<key:pk>`` is a row's key, and no number that none can have."""

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from hoshou.platform.db import LARGEST_KEY


class KeyConverter(IntegerConverter):
    """An address with a number beyond every key leads nowhere, instead of into the database."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_KEY)


def init_addresses(app: Flask) -> None:
    """Before any route is registered."""
    app.url_map.converters["key"] = KeyConverter
