"""The demo's own folder: marked, so that nothing of anybody else's is ever taken for it or removed."""

import json
import shutil
from datetime import date
from pathlib import Path

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

MARKER = "demo.json"
MAILS = "mails"


def open_data_folder(folder: Path, clock: Clock, *, fresh: bool) -> date:
    """Make the folder, or find it again; returns the day that the demo's data are told from.

    ``fresh`` removes what an earlier demo left. Raises Refused ``foreign_folder`` for a folder that holds
    something and isn't a demo's.
    """
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise Refused("foreign_folder", N_("%(folder)s はデモのフォルダではありません。"), folder=str(folder))
    if fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not marker.exists():
        marker.write_text(json.dumps({"today": clock.today().isoformat()}))
    return date.fromisoformat(json.loads(marker.read_text())["today"])
