"""drawn(): the tally as a picture for places that show no markup, and drawn_told(), its words.

Pure functions of a report; knows no Discord. The letters are those that the picture library brings, so no font is looked for.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

from audience.report import Report
from bot.pages.charts import across, scale, whiskers_told
from bot.pages.words import TallyLine, tally_lines

WIDTH, EDGE, ROUND = 1_200, 48, 28
ROW, TOP, AXIS, FOOT = 62, 34, 52, 62  # heights
LANE = (240, 722)  # where nobody and everybody stand, across
LABEL, FIGURES, TICKS, SMALL = 33, 31, 26, 28  # sizes of letters; the picture is often shown at a third of its size
LEAST = 18  # size under which no figure is squeezed
FINE = 4  # a disc is drawn at this many times its size and then made smaller, which smooths its edge
PAPER, RULE, LANE_RULE, INK, MUTED, ACCENT = "#211e1a", "#37322b", "#4a443a", "#f1ece2", "#b8af9f", "#f68e70"

FOOT_TOLD = "Simulated: invented readers, played by a model. 80% intervals."
NOBODY = "No forecast: not one reader could be played."
MOST_TOLD = 1_024

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def drawn(report: Report) -> bytes:
    """A PNG, 1,200 pixels wide: a row a kind, a dot at its share, a line over its 80% interval, on a square-root scale."""
    rows = tally_lines(report.tally, report.rehearsal.audience)
    image = Image.new("RGBA", (WIDTH, _height(len(rows))))
    _Sheet(image, ImageDraw.Draw(image), len(rows)).draw(rows)
    png = io.BytesIO()
    image.save(png, "PNG", compress_level=6)
    return png.getvalue()


def drawn_told(report: Report) -> str:
    """The same for those who do not see it, at most 1,024 characters."""
    if not report.tally.rows:
        return f"{FOOT_TOLD} {NOBODY}"
    told = f"{FOOT_TOLD} {whiskers_told(report.tally)}"
    return told if len(told) <= MOST_TOLD else f"{told[: MOST_TOLD - 1]}…"


def _height(rows: int) -> int:
    return TOP + max(rows, 2) * ROW + (AXIS if rows else 0) + FOOT


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Drawn at its own size: a larger one made smaller costs 22 MB, which each thread that drew it once keeps."""

    image: Image.Image
    pen: ImageDraw.ImageDraw
    rows: int
    fonts: dict[int, Font] = field(default_factory=dict)  # of this sheet alone: two threads may not draw with one font

    def draw(self, rows: tuple[TallyLine, ...]) -> None:
        height = self.image.height
        self.paper()
        if rows:
            self.grid()
        else:
            self.write((WIDTH / 2, TOP + ROW), NOBODY, LABEL, INK, "mm")
        size = min((self.fitting(line) for line in rows), default=FIGURES)
        for number, line in enumerate(rows):
            self.row(line, TOP + number * ROW + ROW / 2, size)
        self.write((EDGE, height - FOOT / 2 - 4), FOOT_TOLD, SMALL, MUTED, "lm")

    def paper(self) -> None:
        right, foot = WIDTH - ROUND, self.image.height - ROUND
        for corner in ((ROUND, ROUND), (right, ROUND), (ROUND, foot), (right, foot)):
            self.disc(corner, ROUND, PAPER)
        self.pen.rectangle((ROUND, 0, right - 1, self.image.height), PAPER)
        self.pen.rectangle((0, ROUND, WIDTH, foot - 1), PAPER)

    def grid(self) -> None:
        foot = TOP + self.rows * ROW
        for tick in scale():
            x = _place(tick.at)
            self.line((x, TOP), (x, foot + 6), 2, RULE)
            self.write((x, foot + 12), tick.told, TICKS, MUTED, "ma")

    def row(self, line: TallyLine, y: float, size: int) -> None:
        low, dot, high = (_place(across(share)) for share in (line.low, line.share, line.high))
        self.write((EDGE, y), line.label, LABEL, INK, "lm")
        self.line((LANE[0], y), (LANE[1], y), 2, LANE_RULE)
        self.line((low, y), (high, y), 4, MUTED)
        for end in (low, high):
            self.line((end, y - 15), (end, y + 15), 4, MUTED)
        self.disc((dot, y), 9, ACCENT)
        who, rest = _figures(line)
        left = WIDTH - EDGE - self.wide(rest, size)
        self.write((WIDTH - EDGE, y), rest, size, MUTED, "rm")
        self.write((left, y), who, size, INK, "rm")

    def fitting(self, line: TallyLine) -> int:
        """The size at which the figures of this row have room beside the lane."""
        room = WIDTH - EDGE - LANE[1] - 22
        wide = self.wide("".join(_figures(line)), FIGURES)
        return max(LEAST, min(FIGURES, int(FIGURES * room / wide)))

    def wide(self, text: str, size: int) -> float:
        return self.pen.textlength(text, self.font(size))

    def font(self, size: int) -> Font:
        if size not in self.fonts:
            self.fonts[size] = ImageFont.load_default(size)
        return self.fonts[size]

    def write(self, at: tuple[float, float], text: str, size: int, color: str, anchor: str) -> None:
        self.pen.text(at, text, color, self.font(size), anchor)

    def line(self, start: tuple[float, float], end: tuple[float, float], wide: int, color: str) -> None:
        self.pen.line((start, end), color, wide)

    def disc(self, at: tuple[float, float], radius: float, color: str) -> None:
        left, top, wide = round(at[0] - radius), round(at[1] - radius), round(2 * radius)
        mask = Image.new("L", (wide * FINE, wide * FINE))
        ImageDraw.Draw(mask).ellipse((0, 0, wide * FINE - 1, wide * FINE - 1), fill=255)
        self.image.paste(color, (left, top), mask.reduce(FINE))


def _place(percent: float) -> float:
    return LANE[0] + (LANE[1] - LANE[0]) * percent / 100


def _figures(line: TallyLine) -> tuple[str, str]:
    who = "person" if line.people in {"1", "under 1"} else "people"
    return f"{line.people} {who} ", f"({line.people_span}), {line.percent}"
