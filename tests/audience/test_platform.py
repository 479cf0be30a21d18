"""The platform file: every rate has a source, what is not named keeps the kind's own rate, the rest scroll past."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import Refused
from audience.platform import Platform, fits
from audience.reaction import KINDS, PASSING
from tests import made
from tests.audience import written


def parse(text: str = written.PLATFORM) -> Platform:
    return Platform.parse("square", text, "square.toml")


def test_a_platform_file_gives_what_stands_in_it() -> None:
    read = parse()
    assert (read.key, read.name, read.limit, read.fold) == ("square", "The Square", 3000, 200)
    assert {kind: read.rates[kind] for kind in written.RATES} == written.RATES


@given(st.dictionaries(st.sampled_from([k.key for k in KINDS if k is not PASSING]), st.floats(1e-5, 0.15), min_size=1))
def test_rates_are_complete_in_the_order_of_the_kinds_and_sum_to_one(rates: dict[str, float]) -> None:
    head = written.PLATFORM.split("[rates]", maxsplit=1)[0]
    rows = "".join(f"{kind} = {rate!r}\n" for kind, rate in rates.items())
    sources = "".join(f'{kind} = "measured"\n' for kind in rates)
    read = parse(f"{head}[rates]\n{rows}[sources]\n{sources}")
    assert list(read.rates) == [kind.key for kind in KINDS] == list(read.sources)
    assert math.isclose(sum(read.rates.values()), 1.0)
    assert all(read.rates[kind.key] == rates.get(kind.key, kind.rate) for kind in KINDS if kind is not PASSING)
    assert all(read.sources[kind.key] == ("measured" if kind.key in rates else "guess") for kind in KINDS)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('like = "guess"\n', "", "line 14: 'sources': names no source for 'like'; give one, or the word guess."),
        ('like = "guess"', 'like = " "', "line 14: 'sources': names no source for 'like'; give one, or the word guess."),
        ("like = 0.012", "lik = 0.012", "line 9: 'lik': unknown kind; allowed are read, like, share, reply, hide."),
        ("like = 0.012", "name = 0.012", "line 9: 'name': unknown kind; allowed are read, like, share, reply, hide."),
        ("read = 0.1", "scroll = 0.1", "line 8: 'scroll': unknown kind; allowed are read, like, share, reply, hide."),
        ("read = 0.1", "read = 0.99", "line 7: 'rates': must each be above 0 and together under 1; the rest scroll past."),
        ("read = 0.1", "read = 0", "line 7: 'rates': must each be above 0 and together under 1; the rest scroll past."),
        ("limit = 3000", "limit = 0", "line 3: 'limit': must be a whole number of at least 1."),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_what_is_allowed(old: str, new: str, complaint: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(written.PLATFORM.replace(old, new))
    assert str(refusal.value) == f"square.toml, {complaint}"


def test_a_draft_as_long_as_the_limit_fits_and_one_character_more_does_not() -> None:
    fits(made.platform(), 3000)
    with pytest.raises(Refused, match=r"^The draft has 3,001 characters and The Square takes at most 3,000; shorten it"):
        fits(made.platform(), 3001)
