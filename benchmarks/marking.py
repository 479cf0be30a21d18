"""What the voice says to some posts, to be read and marked by somebody.

    python -m benchmarks.marking POSTS [--readers N] [--each N] > FILE

POSTS holds a line of JSON a post, {"post": ...}. To each, --readers by lot say --each candidates with one set of control words. Printed
is a line of JSON for each reader, whose marks are null; in their place go 3 where the reply fits its very post, 2 where it would fit many
others as well, 1 where a part of it is odd, 0 where it misses. Lines so marked are what the judge learns from
(models/voice/marked.jsonl), and, of other posts, what `python -m benchmarks.voice --marks` measures it by (benchmarks/marks.jsonl).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from audience.draft import Draft
from audience.language import Persona, Prompt, Sampling
from audience.persona import ANGLES
from bot.room import library, shelf
from bot.settings import Settings
from models.cues import Cues
from models.voice.adapter import SHIPPED, about
from models.voice.control import worth_taking
from models.voice.gist import gist
from models.voice.minds import controls
from models.voice.speaking import CANDIDATES, NUCLEUS, TOKENS, TOP, Voice, asking
from models.voice.voices import Voices

SEED = 11
HEAT = 0.7  # more than when it is heard, so that there is more to tell apart
TOGETHER = 12  # readers asked at a time


async def said(voice: Voice, post: str, persona: Persona, angle: str, each: int, chance: random.Random) -> dict[str, object]:
    """What one reader would say, and with which control words; what would never be shown is left out."""
    given = Prompt("reply", "", "", "", persona, Draft.clean(post), angle)
    read = gist(post)
    control = chance.choice(controls(given, worth_taking(read, voice.rank), CANDIDATES, chance))
    sampling = Sampling(0, TOKENS, HEAT, NUCLEUS, top_k=TOP)
    seeds = [replace(sampling, seed=chance.getrandbits(48)) for _ in range(each)]
    found = await asyncio.gather(*(voice.one(asking(given, read, control), seed) for seed in seeds))
    shown = dict.fromkeys(one.words for one in found if one and not voice.fitness.complaint(one.words, given))
    marked = [[words, None] for words in shown]
    return {"post": post, "control": str(control), "marked": marked}


async def play(posts: Sequence[str], readers: int, each: int) -> AsyncIterator[dict[str, object]]:
    settings, chance = Settings.read(os.environ, Path(".env")), random.Random(SEED)
    personas = list(library(settings).personas.values())
    asked = [
        (post, one, chance.choice(ANGLES), chance.getrandbits(48)) for post in posts for one in chance.sample(personas, readers)
    ]
    async with AsyncExitStack() as stack:
        voice = await Voices.of(shelf(settings), Cues.read(), stack).ready()
        if voice is None:
            raise SystemExit("The voice cannot be opened.")
        for at in range(0, len(asked), TOGETHER):
            some = (
                said(voice, post, one, angle, each, random.Random(lot)) for post, one, angle, lot in asked[at : at + TOGETHER]
            )
            for found in await asyncio.gather(*some):
                yield {"voice": about(SHIPPED)["mark"], **found}


async def main(given: argparse.Namespace) -> None:
    posts = [json.loads(line)["post"] for line in given.posts.read_text(encoding="utf-8").splitlines()]
    async for found in play(posts, given.readers, given.each):
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path, metavar="POSTS")
    parser.add_argument("--readers", type=int, default=4, metavar="N")
    parser.add_argument("--each", type=int, default=5, metavar="N")
    asyncio.run(main(parser.parse_args()))
