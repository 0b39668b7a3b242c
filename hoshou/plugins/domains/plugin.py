"""Registered mail domains of orderers."""

from hoshou.plugins.domains import models  # noqa: F401 - the tables

NAME = "domains"
VERSION = "1.0.0"
REQUIRES: tuple[str, ...] = ()
