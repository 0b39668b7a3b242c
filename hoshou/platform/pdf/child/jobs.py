"""What the children can be asked to do; each job takes the open PDF and its options."""

from collections.abc import Mapping

from hoshou.platform.pdf.child import drawing, structure
from hoshou.platform.pdf.child.server import Job

JOBS: Mapping[str, Job] = {
    "inspect": structure.inspect,
    "render": drawing.render,
    "text": drawing.text,
    "sizes": drawing.sizes,
    "layouts": drawing.layouts,
}


def rehearse() -> None:
    """Touch the code and memory that a page takes, so that its request needn't wait for that."""
    drawing.warm_up()


structure.warm_up()
rehearse()
