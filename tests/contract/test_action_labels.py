"""Whatever can happen to a folder has a sentence in its timeline."""

import ast
from pathlib import Path

from flask import Flask

from hoshou.platform.context import platform
from hoshou.plugins.bonds.services.record import ACTION_LABELS

PLUGINS = Path(__file__).resolve().parents[2] / "hoshou" / "plugins"
FOLDER = "bonds_folder"


def recorded_actions() -> set[str]:
    """Every action that the plugins record about a folder."""
    found = set()
    for path in PLUGINS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit.record", "record"}:
                texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                if FOLDER in texts:
                    found |= {text for text in texts if "." in str(text)}
    return found


def test_every_action_on_a_folder_has_its_sentence(app: Flask) -> None:
    labels = {**ACTION_LABELS, **dict(platform().plugins.collect("action_labels"))}
    assert recorded_actions() - set(labels) == set()
