"""Finding a question by the words of it, however they were typed (A-083)."""

from hoshou.base.japanese import fold_for_search


def search_terms(query: str) -> tuple[str, ...]:
    """The words that were asked for, folded."""
    return tuple(fold_for_search(query).split())


def contains_all(terms: tuple[str, ...], *texts: str) -> bool:
    """Whether every word stands somewhere in the texts."""
    whole = fold_for_search(" ".join(texts))
    return all(term in whole for term in terms)
