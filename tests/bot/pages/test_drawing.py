"""The tally as a picture: a real PNG, every row drawn where its share stands, and the same in words."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageColor

from audience.report import Report
from bot.pages.charts import across
from bot.pages.drawing import ACCENT, INK, LANE, MUTED, ROW, TOP, WIDTH, drawn, drawn_told
from bot.pages.words import tally_lines
from tests import made
from tests.bot.pages import hostile


def picture(report: Report) -> Image.Image:
    with Image.open(io.BytesIO(drawn(report))) as image:
        image.load()
        assert image.format == "PNG"
        return image.convert("RGBA")


def columns(image: Image.Image, color: str, number: int) -> list[int]:
    """Where this colour stands in a row, across."""
    rgba = (*ImageColor.getrgb(color), 255)
    box = image.crop((0, TOP + number * ROW, image.width, TOP + (number + 1) * ROW))
    return [x for x in range(box.width) if any(box.getpixel((x, y)) == rgba for y in range(box.height))]


def test_each_dot_stands_at_its_share_and_each_line_over_its_interval() -> None:
    report = made.report()
    image = picture(report)
    for number, line in enumerate(tally_lines(report.tally, report.rehearsal.audience)):
        dot = columns(image, ACCENT, number)
        assert sum(dot) / len(dot) == pytest.approx(LANE[0] + (LANE[1] - LANE[0]) * across(line.share) / 100, abs=1.5)
        ends = [x for x in columns(image, MUTED, number) if x <= LANE[1]]
        for end, share in ((min(ends), line.low), (max(ends), line.high)):
            assert end == pytest.approx(LANE[0] + (LANE[1] - LANE[0]) * across(share) / 100, abs=3)


@pytest.mark.parametrize("audience", [1, 1_000, 1_000_000_000])
def test_no_figure_runs_into_the_lane_or_over_the_edge(audience: int) -> None:
    of = made.rehearsal(audience=audience)
    image = picture(Report.of(of, made.reactions(of), {}))
    for number in range(6):
        written = [x for x in columns(image, INK, number) if x > LANE[0]]
        assert min(written) > LANE[1] + 8
        assert max(written) < WIDTH - 40


def test_it_is_a_card_of_its_own_on_any_ground() -> None:
    image = picture(made.report())
    assert image.size == (1_200, 520)
    assert image.getpixel((0, 0)) == (0, 0, 0, 0)
    assert image.getpixel((600, 2))[3] == 255  # type: ignore[index]


def test_nobody_played_is_drawn_too() -> None:
    image = picture(Report.of(made.rehearsal(), [], {}))
    assert image.width == WIDTH
    assert columns(image, INK, 0) or columns(image, INK, 1)


def test_same_report_same_picture_also_in_two_threads_at_once() -> None:
    report = made.report()
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(drawn, [report] * 8))) == 1


def test_it_is_drawn_in_a_tenth_of_a_second() -> None:
    report = made.report()
    times = []
    for _ in range(5):
        start = time.process_time()
        drawn(report)
        times.append(time.process_time() - start)
    assert min(times) < 0.1


def test_its_words_tell_each_row_and_that_it_is_simulated() -> None:
    report = made.report()
    told = drawn_told(report)
    assert told.startswith("Simulated: ")
    assert all(f"{line.label} {line.percent}" in told for line in tally_lines(report.tally, 1))


@pytest.mark.parametrize("report", [made.report(), Report.of(made.rehearsal(), [], {}), hostile.report("x" * 500)])
def test_its_words_are_short_enough_for_an_image(report: Report) -> None:
    assert 1 <= len(drawn_told(report)) <= 1_024
