"""Persona, panel and platform files as tests write them: one of each that is valid, and hypothesis strategies for more."""

from __future__ import annotations

from hypothesis import strategies as st

from audience.persona import ANGLES, GROUPS, HABITS, HOLES

PLATFORMS = ("linkedin", "square")
RATES = {"read": 0.1, "like": 0.012, "share": 0.001, "reply": 0.0065, "hide": 0.0005}
PLATFORM = (
    'name = "The Square"\nframing = "You cross the square."\nlimit = 3000\nfold = 200\nsource = "guess"\n\n[rates]\n'
    + "".join(f"{kind} = {rate}\n" for kind, rate in RATES.items())
    + "\n[sources]\n"
    + "".join(f'{kind} = "guess"\n' for kind in RATES)
)
PANEL = 'name = "Neighbours"\nbio = "Whoever lives here."\n\n[seats]\nada = 2\nben = 1\n'
PERSONA = """+++
name = "Ada, beekeeper"
bio = "Keeps bees."
interests = ["bees"]
brands = "Buys what lasts."
annoys = ["slogans"]
writes = "Short."
languages = ["en"]
[habits]
linkedin = "never"
other = "lurks"
+++

Ada keeps bees.

## Replies
- Who fixed it?

## Repertoire
### asks
- What of $phrase and $other?
### answers
- No, $reader, "$quote" costs $$5.
"""

WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
SAID = WORDS.filter(bool)


def quoted(text: str) -> str:
    """A TOML basic string; the strategies give no control characters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(texts: list[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


@st.composite
def patterns(draw: st.DrawFn, group: str) -> str:
    """A line with plain dollars doubled and the holes that its group allows."""
    holes = [hole for hole in HOLES if hole != "reader" or group == "answers"] if group in GROUPS else []
    plain = draw(SAID).replace("$", "$$")
    return (
        f"{plain} {' '.join(f'${hole}' for hole in draw(st.lists(st.sampled_from(holes), max_size=2)))}".strip()
        if holes
        else plain
    )


@st.composite
def personas(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A valid file, and what must be read from it."""
    texts = {name: draw(SAID) for name in ("name", "bio", "brands", "writes")}
    lists = {name: draw(st.lists(SAID, min_size=1, max_size=3)) for name in ("interests", "annoys", "languages")}
    habits = draw(st.dictionaries(st.sampled_from(PLATFORMS), st.sampled_from(list(HABITS)))) | {"other": "likes"}
    groups = draw(st.lists(st.sampled_from((*ANGLES, "answers", "worst")), unique=True))
    repertoire = {group: draw(st.lists(patterns(group), min_size=1, max_size=3)) for group in groups}
    examples = draw(st.lists(patterns("replies"), max_size=3))
    rows = [
        "+++",
        *(f"{name} = {quoted(text)}" for name, text in texts.items()),
        *(f"{name} = {listed(each)}" for name, each in lists.items()),
        "[habits]",
        *(f"{name} = {quoted(habit)}" for name, habit in habits.items()),
        "+++", "A life.", "## Replies", *(f"- {line}" for line in examples), "## Repertoire",
    ]  # fmt: skip
    for group, lines in repertoire.items():
        rows += [f"### {group}", *(f"- {line}" for line in lines)]
    read: dict[str, object] = {
        **texts,
        **{name: tuple(each) for name, each in lists.items()},
        "habits": habits,
        "life": "A life.",
    }
    read |= {"examples": tuple(examples), "repertoire": {group: tuple(lines) for group, lines in repertoire.items()}}
    return "\n".join(rows), read
