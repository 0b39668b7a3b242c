"""The digest by which a file is asked about."""

import re

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.japanese import fold

DIGEST = re.compile(r"[0-9a-f]{64}")
BETWEEN = re.compile(r"[\s:-]+")
FIELD = "sha256"


def normal_digest(typed: str) -> str:
    """A whole SHA-256 in lower-case hexadecimal, from what was typed or pasted.

    Full-width letters, spaces, colons and hyphens between the digits are taken out. Raises Refused ``not_a_digest``
    for anything else, a part of a digest too.
    """
    digest = BETWEEN.sub("", fold(typed)).lower()
    if not DIGEST.fullmatch(digest):
        raise Refused("not_a_digest", N_("SHA-256は、0から9とaからfの64文字で入力してください。"), field=FIELD)
    return digest
