"""The Typst compilers, kept for the life of the process, and the one way to call them."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import as_file
from importlib.resources.abc import Traversable
from pathlib import Path
from queue import LifoQueue
from typing import Any, cast

import typst
from noto_cjk_sans_jp_bold import FONT_PATH as BOLD
from noto_cjk_sans_jp_regular import FONT_PATH as REGULAR

from hoshou.base.errors import DomainError
from hoshou.base.errors import noop_gettext as N_

# PDF/A refuses a character that the fonts lack instead of drawing an empty box: a name must never
# be printed wrong without anyone noticing. PDF/UA keeps the documents readable aloud.
_STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]

_PACKAGES = Path(__file__).parent / "typst"
_AT_ONCE = os.cpu_count() or 1
_idle: "LifoQueue[typst.Compiler | None]" = LifoQueue()
"""As many compilers as cores, each made when it is first needed; a thread that finds none waits."""

for _ in range(_AT_ONCE):
    _idle.put(None)


class TemplateFailed(DomainError):
    """A template couldn't be turned into a document; ``__cause__`` has Typst's own words for the log."""

    def __init__(self, template: str) -> None:
        super().__init__(
            "document-not-rendered",
            N_("帳票「%(template)s」を作成できませんでした。使えない文字がないか確認してください。"),
            template=template,
        )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[Path(str(font)).parent for font in (REGULAR, BOLD)],
    )


@contextmanager
def _compiler() -> Iterator[typst.Compiler]:
    compiler = _idle.get()
    try:
        if compiler is None:
            compiler = typst.Compiler(font_paths=_fonts(), package_path=str(_PACKAGES))
        yield compiler
    finally:
        _idle.put(compiler)


def render(template: Path | Traversable, data: Mapping[str, Any]) -> bytes:
    """The PDF (PDF/A-2a, PDF/UA-1, fonts embedded) of a template filled with data (P-019).

    ``template`` is a ``.typ`` file that defines a function ``document(data)``; it may read files of its own folder
    and the house style ``@local/hoshou:1.0.0``. ``data`` is passed as JSON: text is shown as it is and never read
    as markup, a date arrives as ISO text. ``data["document_date"]`` (a date, required) dates the document, so that
    equal input gives equal bytes.

    What a document has in common with those made before it is not laid out again, as long as nothing of its own
    stands in a ``set`` rule or in the running header and footer. Threads compile side by side, on all cores.

    Raises TemplateFailed for a template with an error or a character that the fonts lack.
    """
    day: date = data["document_date"]
    text = _as_json(data).replace("\\", "\\\\").replace('"', '\\"')
    with as_file(template) as path, _compiler() as compiler:
        try:
            pdf, warnings = compiler.compile_with_warnings(
                input=f'#import "/{path.name}": document\n#document(json(bytes("{text}")))'.encode(),
                root=path.parent,
                format="pdf",
                pdf_standards=_STANDARDS,
                timestamp=datetime.combine(day, time(), tzinfo=UTC),
            )
        except typst.TypstError as error:
            # Its diagnostic quotes the line at fault, and so the data, which no log may show.
            error.add_note("\n".join(error.hints))
            raise TemplateFailed(path.name) from error
    if warnings:
        raise TemplateFailed(path.name) from warnings[0]
    return cast(bytes, pdf)


def _as_json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, default=_as_text)


def _as_text(value: object) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a document can't show a {type(value).__name__}")
