"""What a collection agent changes in the standard. The strict standard is the default."""

from collections.abc import Mapping
from dataclasses import dataclass

from .characters import PARTY_NAME, STORE_NAME, WIDE_NAME


@dataclass(frozen=True)
class Profile:
    """One agent's reading of the standard.

    `store_names` and `party_names` are the characters that may stand in such a text,
    `several_sets` says whether a file may hold more than one header…trailer set,
    `line_end` is what the agent wants after each record it receives.
    """

    id: str
    store_names: frozenset[str] = STORE_NAME
    party_names: frozenset[str] = PARTY_NAME
    several_sets: bool = False
    line_end: bytes = b"\r\n"


STANDARD = Profile("standard")
WIDE = Profile("wide", store_names=WIDE_NAME, party_names=WIDE_NAME, several_sets=True)

PROFILES: Mapping[str, Profile] = {profile.id: profile for profile in (STANDARD, WIDE)}
"""The profiles that an agent's master data can name."""
