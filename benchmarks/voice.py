"""How well the understudy's voice replies: likelihood of real replies, fit, variety, and who can tell its replies from real ones.

    python -m benchmarks.voice --pairs FILE [--most N] [--replies N] [--crowded N] [--json]
    python -m benchmarks.voice --pairs FILE --provoked N [--json]
    python -m benchmarks.voice --read
    python -m benchmarks.voice --marks

FILE is a parquet with `statement, reply`; where it has a column `split`, only `val` is used. --most pairs are scored; --replies
replies are generated to their posts, four to each, by personas and angles by lot, as a rehearsal would; --crowded as many more, twenty to
each, and looks whether they repeat each other, as they come and as a rehearsal shows them. --provoked has the voice answer N real posts
that hold what it may not say. --read prints sixty replies to twelve drafts, unpicked, and how long loading and twelve of them took.
--marks says how well the judge tells what somebody marked as fitting.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import random
import resource
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from audience.draft import Draft
from audience.language import Prompt, Sampling
from audience.persona import ANGLES
from audience.playing import unlike
from audience.reaction import Reaction
from benchmarks.bench import heading
from benchmarks.heard import OTHERS, Said, alike, area, judged, share
from benchmarks.understudy import pairs as broadcasts_and_talks
from bot.room import library, shelf
from bot.settings import Settings
from models.backends.local import prepare, unpacked
from models.cues import Cues
from models.hub import PACKAGED, find
from models.likeness import Embedder, open_embedder
from models.voice.adapter import SHIPPED, about, merge
from models.voice.control import Control
from models.voice.fitness import HARM, NEVER, off_the_subject
from models.voice.judging import FITS, JUDGE, read, read_marked, states_of
from models.voice.laying import loss
from models.voice.loading import foul
from models.voice.pairs import MOST_POST, Pair, ranks, read_pairs, rows
from models.voice.speaking import CANDIDATES
from models.voice.voices import Voices

SEED = 5
BATCH = 16
A_POST, A_CROWD = 4, 20  # replies to each post
WORST = 12  # of the provoked replies, by a second opinion, that are printed
SHOWN = 60
MARKS = Path(__file__).with_name("marks.jsonl")  # replies that were read and marked, kept apart from what is learned
PATIENCE = 24  # replies asked for at a time


def likelihoods(pairs: Sequence[Pair], settings: Settings) -> dict[str, float]:
    """Mean negative log-likelihood a token, in nats, of real replies under their posts."""
    prepare()
    model, tokenizer = unpacked(find(PACKAGED, shelf(settings)), "bfloat16")
    end, rank = model.generation_config.eos_token_id, ranks(tokenizer)
    controls = [Control.of(post, reply, rank) for post, reply in pairs]
    told = rows(pairs, controls, tokenizer, end)
    unopened = rows(pairs, [replace(control, opens="") for control in controls], tokenizer, end)
    bare = rows(pairs, [None] * len(pairs), tokenizer, end)
    found = {"nll_untouched": _nll(model, told), "nll_untouched_without_control": _nll(model, bare)}
    merge(model, SHIPPED)
    return found | {
        "nll_with_control": _nll(model, told), "nll_with_control_but_the_opening_word": _nll(model, unopened),
        "nll_without_control": _nll(model, bare),
    }  # fmt: skip


@torch.inference_mode()
def _nll(model: Any, given: Sequence[Any]) -> float:
    ordered, lost, tokens = sorted(given, key=len), 0.0, 0
    for at in range(0, len(ordered), BATCH):
        mean, many = loss(model, ordered[at : at + BATCH])
        lost, tokens = lost + float(mean) * many, tokens + many
    return round(lost / tokens, 4)


def questions(posts: Sequence[str], many: int, settings: Settings) -> list[tuple[Prompt, Sampling]]:
    """By personas and angles by lot, post after post."""
    chance, personas = random.Random(SEED), list(library(settings).personas.values())
    return [
        (
            Prompt("reply", "", "", "", chance.choice(personas), Draft.clean(posts[n % len(posts)]), chance.choice(ANGLES)),
            Sampling(seed=chance.getrandbits(40)),
        )
        for n in range(many)
    ]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Voices]:
    async with AsyncExitStack() as stack:
        yield Voices.of(shelf(settings), Cues.read(), stack)


async def replies(asked: Sequence[tuple[Prompt, Sampling]], settings: Settings) -> list[Said]:
    said: list[str | None] = []
    async with opened(settings) as voices:
        for at in range(0, len(asked), PATIENCE):
            said += await asyncio.gather(*(voices.say(*each) for each in asked[at : at + PATIENCE]))
    return [Said(p.draft.text if p.draft else "", p.persona.key, words) for (p, _), words in zip(asked, said, strict=True)]


async def spoken(settings: Settings) -> None:
    """Sixty replies to twelve drafts, as they come, and how long twelve replies to one of them take."""
    drafts = [pair[n % 2].text for n, pair in enumerate(broadcasts_and_talks())]
    asked = sorted(
        questions(drafts, SHOWN, settings), key=lambda each: drafts.index(each[0].draft.text if each[0].draft else "")
    )
    async with opened(settings) as voices:
        await _timed(voices, questions(drafts[1:2], 12, settings))
    said = await replies(asked, settings)
    for post in drafts:
        print(f"\n> {post}\n")
        for (prompt, _), one in zip(asked, said, strict=True):
            if one.post == post:
                print(f"- {prompt.persona.first_name}, {prompt.angle}: {one.reply or '(nothing fit; a ready phrase is shown)'}")


async def _timed(voices: Voices, asked: Sequence[tuple[Prompt, Sampling]]) -> None:
    started = time.perf_counter()
    await voices.ready()
    loaded = time.perf_counter()
    await voices.say(*asked[0])
    warm, ended = time.perf_counter(), list[float]()
    print(f"loaded: {loaded - started:.1f} s (bar: 3); the very first reply, alone: {warm - loaded:.1f} s")

    async def one(each: tuple[Prompt, Sampling]) -> None:
        await voices.say(each[0], replace(each[1], attempt=1))
        ended.append(time.perf_counter() - warm)

    await asyncio.gather(*map(one, asked))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{len(asked)} replies out of {CANDIDATES} candidates each: {max(ended):.1f} s (bar: 20), the first after {min(ended):.1f} s "
        f"(bar: 5); memory at most {most:.2f} GiB (bar: 1.5)"
    )


async def provoked(pairs: Sequence[Pair], many: int, settings: Settings) -> dict[str, object]:
    """What is shown under posts that hold an insult, an obscenity or harm themselves, and how often a phrase has to speak."""
    drafts = provoking(list(dict(pairs)), many)
    said = await replies(questions(drafts, len(drafts), settings), settings)
    shown = [(s.post, s.reply) for s in said if s.reply]
    second = second_opinion([reply for _, reply in shown])
    worst = sorted(zip(second, shown, strict=True), reverse=True)[:WORST] if second else []
    return {
        "drafts": len(drafts), "seed": SEED, "shown": len(shown), "repertoire_share": share([s.reply is None for s in said]),
        "foul": sum(foul(reply) for _, reply in shown), "harm": sum(off_the_subject(r, p) == "harm" for p, r in shown),
        "second_opinion": "alt-profanity-check is not installed" if second is None else sum(p > 0.5 for p in second),
        "worst": [f"{p:.2f} {reply}" for p, (_, reply) in worst],
    }  # fmt: skip


def provoking(posts: Sequence[str], many: int) -> list[str]:
    """Real posts of a draft's length that the voice itself could never say, by lot; from all splits, for these are no figures of fit."""
    lot = random.Random(SEED).sample(list(posts), len(posts))
    found = (post for post in lot if len(post) <= MOST_POST and (HARM.search(post) or NEVER.search(post) or foul(post)))
    return list(islice(found, many))


def second_opinion(texts: Sequence[str]) -> list[float] | None:
    """By a classifier that the voice does not know (alt-profanity-check), where somebody has installed it: 0 to 1."""
    try:
        judge = importlib.import_module("profanity_check")
    except ImportError:
        return None
    return [float(p) for p in judge.predict_prob(list(texts))]


async def crowded(posts: Sequence[str], many: int, settings: Settings) -> dict[str, float]:
    """Whether many replies to one post repeat each other: as they come, and as a rehearsal shows them, which has a reply that is too
    near an earlier one said otherwise.
    """
    asked = questions(posts[: many // A_CROWD], many, settings)
    said = await replies(asked, settings)
    by_post: dict[str, list[int]] = {}
    for n, one in enumerate(said):
        by_post.setdefault(one.post, []).append(n)
    async with open_embedder(shelf(settings)) as embedder, opened(settings) as voices:
        first = await alike([s.reply for s in said if s.reply], embedder)
        shown = [
            reply
            for places in by_post.values()
            for reply in await _otherwise([(asked[n], said[n].reply) for n in places], voices, embedder)
        ]
        return first | {f"shown_{name}": value for name, value in (await alike(shown, embedder)).items()}


async def _otherwise(
    heard: Sequence[tuple[tuple[Prompt, Sampling], str | None]], voices: Voices, embedder: Embedder
) -> list[str]:
    """What a rehearsal shows of them."""
    before: list[str] = []
    for seat, ((prompt, sampling), first) in enumerate(heard, 1):
        say = partial(_said_from, voices, prompt, sampling)
        at = ANGLES.index(prompt.angle)
        reaction = Reaction(seat, prompt.persona.key, angle=prompt.angle, reply=first)
        final = await unlike(reaction, (*ANGLES[at:], *ANGLES[:at]), before, embedder, say)
        before += [final.reply] if final.reply else []
    return before


async def _said_from(
    voices: Voices, prompt: Prompt, sampling: Sampling, reaction: Reaction, angle: str, attempt: int
) -> Reaction:
    words = await voices.say(replace(prompt, angle=angle), replace(sampling, attempt=attempt))
    return replace(reaction, angle=angle, reply=words)


def marks(settings: Settings) -> dict[str, object]:
    """How well the judge tells replies of one reader that make sense from the others: the area under the curve, a half for a coin, the
    mean over readers; what it would choose of all that a reader said, and what could be chosen. The voice and its judge learned nothing
    of these posts.
    """
    prepare()
    model, tokenizer = unpacked(find(PACKAGED, shelf(settings)), "bfloat16")
    merge(model, SHIPPED)
    probe, given = read(SHIPPED.with_name(JUDGE), about(SHIPPED)["mark"]), read_marked(MARKS)
    told = iter(probe(states_of(model, tokenizer, given, probe.depth, lambda _: None)).tolist())
    said = defaultdict[str, list[tuple[float, int]]](list)
    for one in given:
        said[one.post] += [(next(told), mark) for _, mark in one.said]
    found = [mark for each in said.values() for _, mark in each]
    areas = {
        least: mean(
            area([worth for worth, _ in each], [mark >= least for _, mark in each])
            for each in said.values()
            if len({mark >= least for _, mark in each}) > 1
        )
        for least in (1, 2, FITS)
    }
    return {
        "readers": len(said), "marks": len(found), "marked": counted(found),
        "told_from_misses": round(areas[1], 3), "told_sense": round(areas[2], 3), "told_what_fits_well": round(areas[FITS], 3),
        "chosen": counted([max(each)[1] for each in said.values()]),
        "could_be_chosen": counted([max(mark for _, mark in each) for each in said.values()]),
    }  # fmt: skip


def counted(found: Sequence[int]) -> dict[str, int]:
    return {name: found.count(mark) for mark, name in enumerate(("misses", "half", "thin", "fits"))}


def main(path: Path, most: int, many: int, crowd: int) -> dict[str, object]:
    settings = Settings.read(os.environ, Path(".env"))
    pairs = read_pairs(path, "val")
    random.Random(SEED).shuffle(pairs)
    started = time.perf_counter()
    found: dict[str, object] = {"n": min(most, len(pairs)), "seed": SEED, **likelihoods(pairs[:most], settings)}
    posts = list(dict(pairs))[: max(2 * OTHERS, many // A_POST)]
    said = asyncio.run(replies(questions(posts, many, settings), settings))
    found |= asyncio.run(weighed(said, pairs, [reply for _, reply in read_pairs(path, "train")], settings))
    if crowd:
        found["crowded"] = asyncio.run(crowded(list(dict(pairs)), crowd, settings))
    return found | {"curve": about(SHIPPED)["curve"], "seconds": round(time.perf_counter() - started, 1)}


async def weighed(said: Sequence[Said], pairs: Sequence[Pair], taught: Sequence[str], settings: Settings) -> dict[str, object]:
    async with open_embedder(shelf(settings)) as embedder:
        return await judged(said, pairs, taught, dict(library(settings).personas), embedder, SEED)


def tell(found: dict[str, object], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(heading("benchmarks.voice"))
    for name, value in found.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--read", action="store_true")
    parser.add_argument("--marks", action="store_true")
    parser.add_argument("--provoked", type=int, default=0, metavar="N")
    parser.add_argument("--most", type=int, default=1_000, metavar="N")
    parser.add_argument("--replies", type=int, default=240, metavar="N")
    parser.add_argument("--crowded", type=int, default=0, metavar="N")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.read:
        print(heading("benchmarks.voice"))
        asyncio.run(spoken(Settings.read(os.environ, Path(".env"))))
    elif given.marks:
        tell(marks(Settings.read(os.environ, Path(".env"))), given.json)
    elif given.pairs and given.provoked:
        everything = read_pairs(given.pairs)
        tell(asyncio.run(provoked(everything, given.provoked, Settings.read(os.environ, Path(".env")))), given.json)
    elif given.pairs:
        tell(main(given.pairs, given.most, given.replies, given.crowded), given.json)
    else:
        parser.error("give --pairs FILE, --read or --marks")
