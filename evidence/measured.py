"""What was measured once and for all of how often a sort of forecast was right on public outcomes; by the command named.

Knows no team's own outcomes and no ranker, which carries its record in its file.
"""

from __future__ import annotations

from collections.abc import Mapping

from evidence.forecast import TrackRecord

# python -m benchmarks.evidence OUTCOMES --panel 300, 2026-11-24; a pair on which the panel was undecided counts as wrong.
PANELS: Mapping[str, TrackRecord] = {
    "understudy:": TrackRecord(141, 300, "pairs of public posts, one of which was passed on more; a coin is right in half"),
}


def of_panel(model: str) -> TrackRecord | None:
    """The record of panels played by this model, as its name stands in a rehearsal; None where none was measured."""
    return next((record for scheme, record in PANELS.items() if model.startswith(scheme)), None)
