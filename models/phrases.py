"""What a draft is about, as bare noun phrases, and what can be quoted from it. English signs only; knows no reader."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.cues import Cues, is_english

SENTENCE = re.compile(r"\S.*?(?:[.!?]+(?=[\s\"')\]]|$)|$)", re.MULTILINE)
NOISE = re.compile(r"(?:https?://|www\.)\S+|[#@]\w+|[\U0001f000-\U0001ffff\u2600-\u27bf\ufe0f]")
TOKEN = re.compile(r"[^\W\d_]\w*(?:['’-]\w+)*|\d[\w.,%]*|[^\w\s]")
DEPENDENT = re.compile(r"(?:and|but|if|because|or|when|so|than|that|here|which|who|while|as|then|for|to)\b", re.IGNORECASE)
CODE = re.compile(r"[{}<>|\\]|\[/?\w+\]")
SURE, UNSURE = 1.0, 0.4
MOST = 12


@dataclass(frozen=True, slots=True)
class Subject:
    """`phrases` from most to least telling, in lower case but for names; `definite` are those that the draft speaks of as
    known (the, our, this ...), which a reader would too; `quotes` of three to six words, verbatim.
    """

    phrases: tuple[str, ...]
    definite: frozenset[str]
    quotes: tuple[str, ...]


def sentences(text: str) -> tuple[str, ...]:
    """Sentences without links, hashtags, mentions and pictures."""
    found = (" ".join(s.split()) for s in SENTENCE.findall(NOISE.sub(" ", text)))
    return tuple(s for s in found if re.search(r"\w\w", s))


@dataclass(frozen=True, slots=True)
class _Found:
    phrase: str
    opener: str
    score: float


def subject(text: str, cues: Cues) -> Subject:
    """What the draft is about. Orders to whoever reads, code and other languages are no part of that."""
    told = [s for s in sentences(text) if not (cues.orders.search(s) or CODE.search(s)) and is_english(s, cues)]
    found = [f for sentence in told for f in _found_in(sentence, cues)]
    scores: dict[str, float] = {}
    for f in found:
        scores[f.phrase] = scores.get(f.phrase, 0.0) + f.score
    ranked = sorted(scores, key=lambda phrase: -scores[phrase])
    kept = [p for n, p in enumerate(ranked) if not any(set(p.split()) & set(q.split()) for q in ranked[:n])]
    sure = [p for p in kept if scores[p] > UNSURE * 1.5]
    definite = frozenset(f.phrase for f in found if f.opener in cues.definite and f.phrase.islower())
    whole = " ".join(text.split())  # a link or a sign may have stood inside a clause: then it is no quotation
    quotes = tuple(quote for s in told if (quote := _quote(s)) and quote in whole)
    return Subject(tuple((sure if len(sure) > 2 else kept)[:MOST]), definite, quotes)


def placed(pattern: str, hole: str, phrase: str, about: Subject, cues: Cues) -> str:
    """The phrase as the pattern wants it: with "the" where the draft speaks of it as known and the place is an object's."""
    at = re.search(rf"(?:([\w’']+)\s+)?\${hole}\b(?:\s*([\w’']+|\W))?", pattern)
    if at is None or phrase not in about.definite:
        return phrase
    before, after = (at[1] or "").casefold(), (at[2] or ".").casefold()
    free = before in cues.object_after and (not after[0].isalpha() or after in cues.object_after or after in cues.object_before)
    return f"the {phrase}" if free else phrase


def _found_in(sentence: str, cues: Cues) -> list[_Found]:
    """Runs of words between stop words, verbs and marks; a run after an article or the like is more surely a thing."""
    found: list[_Found] = []
    run: list[str] = []
    before = opener = ""
    for token in [*TOKEN.findall(sentence), "."]:
        word = token.casefold().replace("’", "'")
        if not word[0].isalpha() or word in cues.stop or word in cues.verbs:
            found += _scored(run, opener, cues)
            run, opener = [], ""
        elif _is_name(token, before):
            if run and run[-1].islower():
                found += _scored(run, opener, cues)
                run, opener = [], ""
            opener = opener or before
            run.append(token)
        else:
            opener = opener or before
            run.append(word)
        before = word
    return found


def _is_name(token: str, before: str) -> bool:
    """Capitals inside a sentence, or inside the word, make a name that keeps its case."""
    return (token[0].isupper() and before != "") or any(letter.isupper() for letter in token[1:])


def _scored(run: list[str], opener: str, cues: Cues) -> list[_Found]:
    while run and (len(run) > 3 or re.search(r"(?:ly|'s)$", run[0])):
        run = run[1:]
    while run and re.search(r"(?:ly|n't|ed)$", run[-1]):
        run = run[:-1]
    if not run or len(run[-1]) < 3 or run[-1] in cues.qualities:
        return []
    doubtful = 0.5 if len(run) == 1 and re.search(r"(?:ing|est|ful|ous|ive|able|ic)$", run[0]) else 1.0
    score = (SURE if opener in cues.definite or opener in cues.openers else UNSURE) * doubtful * (1.0, 1.5, 1.3)[len(run) - 1]
    return [_Found(" ".join(run), opener, score)]


def _quote(sentence: str) -> str:
    """The first clause of the sentence that is three to six words long, or nothing."""
    for clause in re.split(r"[,;:](?=\s)|[()\u2013\u2014\"“”]| - ", sentence):
        words = clause.strip(" .!?:;'").split()
        if 3 <= len(words) <= 6 and not DEPENDENT.match(words[0]):
            return " ".join(words)
    return ""
