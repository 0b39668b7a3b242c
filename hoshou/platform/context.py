"""What one application holds besides Flask's own: its clock, its keys, its plugins, its files.

Kept on the application, never in a module, so that two applications in one process share nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, current_app

from hoshou.base.clock import Clock
from hoshou.platform.keys import KeyRing

if TYPE_CHECKING:
    from hoshou.platform.files.scanner import Scanner
    from hoshou.platform.files.store import FileStore
    from hoshou.platform.plugins import Plugins

EXTENSION = "hoshou"


@dataclass
class Platform:
    """The parts of the platform that belong to one application. Without a ``scanner`` nothing is scanned."""

    clock: Clock
    keys: KeyRing
    plugins: "Plugins"
    files: "FileStore"
    scanner: "Scanner | None" = None


def platform(app: Flask | None = None) -> Platform:
    """The platform of the given application, or of the running one."""
    held: Platform = (app or current_app).extensions[EXTENSION]
    return held
