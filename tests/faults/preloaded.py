"""What workers are born with: the product imported, an application built once, and nothing of it left to collect."""

import gc
import tempfile
from pathlib import Path

from tests.faults.crew import Place

with tempfile.TemporaryDirectory() as folder:
    Place("sqlite://", Path(folder)).app()
gc.collect()
gc.freeze()
