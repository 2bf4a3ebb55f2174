from pathlib import Path

import numpy as np
import pytest

from picturelock.core.failures import BadDocument, Malformed
from picturelock.cut import slate
from picturelock.cut.sheet import GREEN, RED, Cell, contact_sheet
from picturelock.media import lettering
from picturelock.media.picture import png, read
from picturelock.testing import numbered

SIZE = (320, 180)


def still(number: int) -> bytes:
    return png(numbered.stamp(numbered.ground(SIZE, number), number))


def test_a_sheet_shows_every_picture_and_is_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "still.png").write_bytes(still(5))
    cells = [
        Cell(picture=tmp_path / "still.png", title="SC010_SH050"),
        *(Cell(picture=still(n)) for n in (6, 7)),
        Cell(picture=None),
    ]
    data = contact_sheet(cells, 2, width=1000, heading="The Lamp", subtitle="4 shots")
    assert data == contact_sheet(cells, 2, width=1000, heading="The Lamp", subtitle="4 shots")
    page = read(data)
    assert page.shape[1] == 1000
    # Without a heading the first row begins at the margin.
    lumas = read(contact_sheet(cells, 2, width=1000))[:, :, 1]
    assert numbered.number_in(lumas[20:287, 20:495]) == 5
    assert numbered.number_in(lumas[20:287, 505:980]) == 6


def colours(page: np.ndarray) -> set[tuple[int, ...]]:
    packed = page.astype(np.uint32) @ np.array([1, 256, 65_536], np.uint32)
    return {(int(v) & 255, int(v) >> 8 & 255, int(v) >> 16) for v in np.unique(packed)}


def test_frames_tell_takes_apart() -> None:
    plain = read(contact_sheet([Cell(picture=still(1))], 1, width=480))
    assert GREEN not in colours(plain)
    assert GREEN in colours(
        read(contact_sheet([Cell(picture=still(1), circled=True, border=RED)], 1, width=480))
    )
    assert RED in colours(read(contact_sheet([Cell(picture=still(1), border=RED)], 1, width=480)))


def test_long_and_wide_text_stays_in_its_cell() -> None:
    long = "她提着灯笼爬上楼梯 and the wind from the sea " * 9
    cells = [Cell(picture=None, title=long, lines=(long, long)), Cell(picture=None)]
    page = read(contact_sheet(cells, 2, width=1000))
    below = page[300:, 500:]
    assert len(colours(below)) == 1


@pytest.mark.parametrize("columns", [0, 13])
def test_sheets_out_of_range_are_refused(columns: int) -> None:
    with pytest.raises(Malformed):
        contact_sheet([Cell(picture=None)], columns)
    with pytest.raises(Malformed):
        contact_sheet([])
    with pytest.raises(BadDocument):
        contact_sheet([Cell(picture=b"no picture")])


def test_text_is_shortened_to_the_pixel() -> None:
    for text in ("Short", "A line that is far too long for where it goes", "灯塔守望者在海边的灯塔守望者"):
        found = lettering.shortened(text, 150, 18)
        assert lettering.width_of(found, 18) <= 150
        assert found == text or found.endswith("…")
    assert lettering.shortened("Word", 2, 18) == ""
    rows = lettering.lines("one two three four five six seven eight nine ten eleven twelve", 120, 16, 2)
    assert len(rows) == 2
    assert all(lettering.width_of(row, 16) <= 120 for row in rows)


def test_chinese_is_drawn_and_not_replaced() -> None:
    drawn = []
    for text in ("灯", "塔", "?"):
        canvas = np.full((40, 40, 3), 255, np.uint8)
        lettering.write(canvas, text, (5, 32), 28, (0, 0, 0))
        drawn.append(canvas.tobytes())
    assert len(set(drawn)) == 3


def test_cards_are_drawn_in_their_size_and_the_same_every_time() -> None:
    for size in (SIZE, (180, 320), (64, 64)):
        card = slate.missing_card(size, "SC010_SH050", "Mara opens the door")
        assert card.shape == (size[1], size[0], 3)
        assert np.array_equal(card, slate.missing_card(size, "SC010_SH050", "Mara opens the door"))
        assert len(colours(slate.title_card(size, "The Last Lamp"))) > 2
