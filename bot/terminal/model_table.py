"""The known models as a table for the screen, and the words of a pace. Knows no file and no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.room import Pace, Row

if TYPE_CHECKING:
    from rich.table import Table

GB = 1e9
TEN = 10.0  # seconds


def model_table(rows: Sequence[Row], free: int) -> Table:
    """Two lines a model, 79 columns wide, so that every name stands whole and can be copied."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for head, where in (
        ("model\n  languages", "left"), ("licence\n", "left"), ("fetch\nsize", "right"),
        ("memory GB\n16/8 bits", "left"), ("here\n", "left"), ("readers/s\n16/8 bits", "left"),
    ):  # fmt: skip
        table.add_column(head, justify="right" if where == "right" else "left", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row, free))
    return table


def _cells(row: Row, free: int) -> tuple[str, ...]:
    known = row.known
    eight = f"{row.eight / GB:.1f}" if row.eight is not None else "-"
    return (
        f"{known.name}\n  {known.languages}",
        known.licence.replace(" ", "\n", 1),
        f"{known.disk / GB:.1f} GB\n{known.billions:.3g}B",
        f"{row.sixteen / GB:.1f}/{eight}\n{row.fits(free)}",
        row.here.replace(" ", "\n"),
        _measured(row),
    )


def _measured(row: Row) -> str:
    both = row.pace, row.pace_eight
    if not any(both):
        return "not\nmeasured"
    rates = "/".join(f"{pace.weighed:.3g}" if pace else "-" for pace in both)
    return f"{rates}\n{max(pace.date for pace in both if pace)}"


def remarks(rows: Sequence[Row]) -> list[str]:
    """What does not fit into the table."""
    thinking = [row.known.name for row in rows if row.known.thinks]
    gated = [row.known.name for row in rows if row.known.gated]
    own = [f"{row.known.name}: {row.known.remark}" for row in rows if row.known.remark]
    plain = [row.known.name for row in rows if row.eight is None]
    return [
        *own,
        f"Think unless they are told not to, which we do: {', '.join(thinking)}",
        f"Licence to be accepted on the page first: {', '.join(gated)}",
        f"Played by transformers as it comes, slower, and not in eight bits: {', '.join(plain)}",
    ]


def paced(pace: Pace) -> str:
    """What a bench came to, in a few lines."""
    readers, replies = pace.within(TEN)
    return (
        f"{pace.opens}\n"
        f"  loads in {pace.loading:.1f} s, weighs {pace.weighed:,.2f} readers a second, writes {pace.replies:,.2f} replies a second, "
        f"took {pace.bytes / GB:.2f} GB at most\n"
        f"  in ten seconds: {_many(readers, 'reader')} weighed with {_many(replies, 'reply', 'replies')}; 48 readers with 12 replies: {pace.rehearsal:.0f} s"
    )


def _many(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def document(rows: Sequence[Row], free: int) -> list[dict[str, object]]:
    return [
        {
            "name": row.known.name, "licence": row.known.licence, "gated": row.known.gated, "billions": row.known.billions,
            "languages": row.known.languages, "context": row.known.context, "thinks": row.known.thinks,
            "remark": row.known.remark, "fetch_bytes": row.known.disk, "planned_bytes": row.sixteen,
            "planned_bytes_eight_bits": row.eight, "fits": row.fits(free), "here": row.here, "pace": as_row(row.pace),
            "pace_eight_bits": as_row(row.pace_eight),
        }
        for row in rows
    ]  # fmt: skip


def as_row(pace: Pace | None) -> dict[str, object] | None:
    if pace is None:
        return None
    readers, replies = pace.within(TEN)
    return {
        "model": pace.model, "weighed_a_second": round(pace.weighed, 3), "replies_a_second": round(pace.replies, 3),
        "loading_s": round(pace.loading, 2), "bytes": pace.bytes, "date": pace.date, "rehearsal_s": round(pace.rehearsal, 1),
        "readers_in_ten_seconds": readers, "replies_in_ten_seconds": replies,
    }  # fmt: skip
