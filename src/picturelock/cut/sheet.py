"""Contact sheets: many pictures on one page, with what a person needs to know under each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from picturelock.core.failures import Malformed
from picturelock.media import fit, lettering, picture
from picturelock.media.opencv import cv2

_PAPER = (245, 247, 248)
_INK = (42, 38, 36)
_SOFT = (112, 106, 102)
_EMPTY = (226, 229, 230)
_HAIR = (206, 210, 212)

RED = (64, 66, 204)
GREEN = (94, 146, 60)
AMBER = (44, 152, 226)


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture on the sheet.

    Attributes:
        picture: A PNG or JPEG as a path or as bytes; ``None`` draws an empty field.
        title: In bold under the picture.
        lines: Under the title, one line each; shortened to the cell's width.
        border: BGR of a frame around the picture, or ``None``.
        circled: The take in use: a green frame, whatever ``border`` says.
        badge: A few letters over the picture's corner, such as a number or ``×3``.
    """

    picture: Path | bytes | None
    title: str = ""
    lines: tuple[str, ...] = field(default=())
    border: tuple[int, int, int] | None = None
    circled: bool = False
    badge: str = ""


def contact_sheet(
    cells: Sequence[Cell],
    columns: int = 4,
    *,
    width: int = 1920,
    aspect: float = 16 / 9,
    heading: str = "",
    subtitle: str = "",
) -> bytes:
    """A page of pictures.

    Args:
        cells: In reading order.
        columns: Pictures in a row, 1 to 12.
        width: Of the page, pixels.
        aspect: Width / height of the picture fields; pictures of another shape are fitted in.
        heading: Over the page; empty for none.
        subtitle: In small letters beside it.

    Returns:
        A PNG, 8-bit RGB.

    Raises:
        Malformed: No cells, or columns or width out of range.
        BadDocument: A picture cannot be read.
    """
    if not cells or not 1 <= columns <= 12 or not 480 <= width <= 8000:
        raise Malformed(f"a sheet of {len(cells)} pictures in {columns} columns and {width} pixels")
    layout = _Layout(width, min(columns, max(1, len(cells))), aspect, max(len(cell.lines) for cell in cells))
    rows = -(-len(cells) // layout.columns)
    head = layout.head if heading or subtitle else layout.margin
    page = np.empty((head + rows * layout.row + layout.margin // 2, width, 3), np.uint8)
    page[:] = _PAPER
    if heading or subtitle:
        _heading(page, layout, heading, subtitle)
    for n, cell in enumerate(cells):
        left = layout.margin + (n % layout.columns) * (layout.cell + layout.gutter)
        _draw(page, cell, left, head + (n // layout.columns) * layout.row, layout)
    return picture.png(page)


class _Layout:
    """Measures of a page, all from its width."""

    def __init__(self, width: int, columns: int, aspect: float, lines: int) -> None:
        self.columns = columns
        self.margin = max(16, width // 48)
        self.gutter = max(10, width // 96)
        self.cell = (width - 2 * self.margin - (columns - 1) * self.gutter) // columns
        self.picture = round(self.cell / aspect)
        self.em = max(11, min(22, self.cell // 20))
        self.small = max(10, self.em * 5 // 6)
        self.step = self.small * 29 // 20
        self.row = self.picture + self.em * 17 // 10 + lines * self.step + self.gutter * 6 // 5
        self.head = self.margin + self.em * 3


def _heading(page: NDArray[np.uint8], layout: _Layout, title: str, subtitle: str) -> None:
    width = page.shape[1] - 2 * layout.margin
    em = layout.em * 3 // 2
    baseline = layout.margin + em
    title = lettering.shortened(title, width * 2 // 3 if subtitle else width, em, lettering.BOLD)
    lettering.write(page, title, (layout.margin, baseline), em, _INK, lettering.BOLD)
    if subtitle:
        room = width - lettering.width_of(title, em, lettering.BOLD) - layout.gutter
        subtitle = lettering.shortened(subtitle, room, layout.em)
        left = layout.margin + width - lettering.width_of(subtitle, layout.em)
        lettering.write(page, subtitle, (left, baseline), layout.em, _SOFT)
    rule = baseline + layout.em * 4 // 5
    page[rule : rule + 1, layout.margin : layout.margin + width] = _HAIR


def _draw(page: NDArray[np.uint8], cell: Cell, left: int, top: int, layout: _Layout) -> None:
    shown = page[top : top + layout.picture, left : left + layout.cell]
    if cell.picture is None:
        shown[:] = _EMPTY
    else:
        data = cell.picture if isinstance(cell.picture, bytes) else cell.picture.read_bytes()
        shown[:] = fit.still(picture.read(data), (layout.cell, layout.picture))
    border = GREEN if cell.circled else cell.border
    if border is not None:
        thick = max(3, layout.cell // 100)
        cv2.rectangle(
            page,
            (left + thick // 2, top + thick // 2),
            (left + layout.cell - 1 - thick // 2, top + layout.picture - 1 - thick // 2),
            border,
            thick,
        )
    if cell.badge:
        _badge(page, cell.badge, left, top, layout)
    baseline = top + layout.picture + layout.em * 13 // 10
    bold = lettering.shortened(cell.title, layout.cell, layout.em, lettering.BOLD)
    lettering.write(page, bold, (left, baseline), layout.em, _INK, lettering.BOLD)
    for n, line in enumerate(cell.lines):
        text = lettering.shortened(line, layout.cell, layout.small)
        lettering.write(page, text, (left, baseline + (n + 1) * layout.step), layout.small, _SOFT)


def _badge(page: NDArray[np.uint8], text: str, left: int, top: int, layout: _Layout) -> None:
    text = lettering.shortened(text, layout.cell // 2, layout.small, lettering.BOLD)
    wide = lettering.width_of(text, layout.small, lettering.BOLD) + layout.small
    high = layout.small * 8 // 5
    inset = max(6, layout.cell // 60)
    right = left + layout.cell - inset
    area = page[top + inset : top + inset + high, right - wide : right]
    area[:] = (area.astype(np.uint16) // 5).astype(np.uint8) + np.uint8(16)
    baseline = top + inset + high - (high - layout.small) // 2 - layout.small // 8
    lettering.write(
        page, text, (right - wide + layout.small // 2, baseline), layout.small, _PAPER, lettering.BOLD
    )
