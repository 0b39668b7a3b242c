"""References to pages of the printed manual, answered by pages of the site."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A page of the site that begins at a page of the manual."""

    manual_page: int
    key: str
    title: str


class Manual:
    """Where each page of the printed manual is on the site."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = sorted(places, key=lambda place: place.manual_page, reverse=True)

    def find(self, number: int) -> Place | None:
        """The page of the site that holds the manual's page: the last one that begins there or before."""
        return next((place for place in self._places if place.manual_page <= number), None)
