"""What the forms of policies have in common: each error at its field."""

from hoshou.base.errors import DomainError, Invalid
from hoshou.platform.site.errors import words


def sentences(error: DomainError) -> dict[str | None, str]:
    """Each field at fault with its sentences; the key None holds what belongs to no single field."""
    faults = error.errors if isinstance(error, Invalid) else (error,)
    sentences: dict[str | None, str] = {}
    for fault in faults:
        sentence = f"{fault.about}：{words(fault)}" if fault.about else words(fault)
        earlier = sentences.get(fault.field)
        sentences[fault.field] = f"{earlier} {sentence}" if earlier else sentence
    return sentences
