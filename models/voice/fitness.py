"""Fitness: why words may not be shown: insults, bodies and harm, strangers' names, copies, loops, the brand's own voice, ends that
are missing. Words and patterns only; knows no model.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from audience.language import Prompt
from models.cues import Cues, is_english
from models.voice.control import MOST_RANK, Rank

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
MOST_COPIED = 4  # words in a row that a reply may share with the draft
LEAST_LETTERS = 8
OURS = frozenset({"we", "we're", "we've", "we'll", "our", "my"})
ANYBODYS = frozenset({
    "a", "all", "also", "are", "can", "could", "did", "do", "does", "had", "has", "have", "in", "is", "just", "never", "not", "the", "to",
    "was", "were", "will", "would",
})  # fmt: skip
BRAND = re.compile(
    r"\b(we(?:'re| are) (?:excited|proud|thrilled|happy|pleased)|our (?:new|latest|customers|team|product|users)|introducing|"
    r"sign up|click|subscribe|check (?:it|us) out|available now|stay tuned|link in|from us|let's|"
    r"welcome to|for you!|in touch|help us|"
    r"(?:book|order|register|apply|download|join) (?:now|today|us|here))\b",
    re.IGNORECASE,
)
# Never, whatever the draft speaks of.
NEVER = re.compile(
    r"\b(sex|sexy|sexual\w*|porn\w*|nudes?|naked|rap(?:e|ed|ist)\w*|molest\w*|pedo\w*|boobs?|tits?|horny|suicid\w*|self.?harm\w*|"
    r"hang (?:him|her|my|your|them)sel\w+|kill(?:ed|ing|s)? (?:my|your|him|her|them|our)sel\w+|(?:cut|cutting) (?:my|your)self|retard\w*|"
    r"(?:take|takes|taking|took|taken|end|ends|ending|ended) (?:my|your|his|her|our|their)(?: own)? (?:life|lives)(?! savings)|"
    r"(?:want|wants|wanted) to die|end(?:ing|ed)? it all)\b",
    re.IGNORECASE,
)
# What the list of bad words does not hold in each of its forms.
BODY = re.compile(r"\b(dicks?|cocks?|penis\w*|vagina\w*|puss(?:y|ies))\b", re.IGNORECASE)
# Only where the draft does.
HARM = re.compile(
    r"\b(kill\w*|murder\w*|shoot(?:ing|er)?s?|shot dead|die|dies|dying|dead|nazi\w*|hitler|terroris\w*|isis|jews?|muslims?|islam\w*|"
    r"blacks?|gays?|drunk|cocaine|heroin|meth|weed|(?:bad|dumb|jack)?ass|butt|slave\w*|genocid\w*|torture\w*)\b",
    re.IGNORECASE,
)
FORUM = re.compile(
    r"\b(op|reddit\w*|subreddit|upvote\w*|downvote\w*|karma|mods?|thread|imo|tl;?dr|ama)\b|\bedit:|(?<!\S)/s\b", re.IGNORECASE
)
STORY = re.compile(
    r"\b(movies?|films?|episodes?|season \d|games?|consoles?|trailers?|actors?|actress|netflix)\b", re.IGNORECASE
)
ADDRESS = re.compile(r"https?:|www\.|[@#]\w|\br/\w|\bu/\w|[*_`]{1,2}\w|&\w+;|[\[\]{}<>|\\^~=]|[A-Za-z]\d+[A-Za-z]")
DENIED = re.compile(r"[\"“](\w[\w' -]*)[\"”] is not in", re.IGNORECASE)  # a habit of those who read the small print
HABIT = re.compile(r"\bbest part\b", re.IGNORECASE)  # of the voice; of 42 replies with it that were marked none fitted well
NUMBER = re.compile(r"\d[\d.,:]*\d|\d")
# A few words three times over, more of them twice, or one twice that nobody says twice.
LOOP = re.compile(
    r"\b(\w+(?:\W+\w+){0,3})(?:\W+\1\b){2,}|\b(\w+(?:\W+\w+){3,9})\W+\2\b|"
    r"\b(?!(?:very|really|that|long|many|more|much|never|they)\b)(\w{4,})\s+\3\b",
    re.IGNORECASE,
)
OPENED = re.compile(r"(?:\A|[.!?…:\"“(])\s*\Z")  # before the first word of a sentence
END = re.compile(r"[\w.!?…)\"'’”:;D/]\Z")
DANGLING = re.compile(
    r"\b(the|a|an|of|to|and|or|but|with|for|in|is|are|was|that|my|your|their|because|if|i|it's)[\s,;:-]*\Z", re.IGNORECASE
)
KNOWN = frozenset({
    "I", "I'm", "I'd", "I'll", "I've", "OK", "Ok", "TV", "UK", "US", "USA", "EU", "English", "Internet", "Christmas", "Easter",
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March", "April", "May",
    "June", "July", "August", "September", "October", "November", "December",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fitness:
    """`foul` says whether words hold an insult, a slur or an obscenity, and takes its time; `rank` knows the vocabulary."""

    foul: Callable[[str], bool]
    rank: Rank
    cues: Cues

    def complaint(self, words: str, given: Prompt) -> str:
        """Why these words are not shown under this draft; empty where they may be."""
        return next((why for why, wrong in self._faults(words, given) if wrong), "")

    def _faults(self, words: str, given: Prompt) -> Iterator[tuple[str, bool]]:
        draft, card = given.draft.text if given.draft else "", given.persona.words
        known, heard = f"{draft} {card}", " ".join((draft, *(line.words for line in given.thread)))
        yield "too short", sum(map(str.isalpha, words)) < LEAST_LETTERS
        yield (subject := off_the_subject(words, draft, card)), bool(subject)
        yield "a body", bool(BODY.search(words))
        yield "the brand's own voice", bool(BRAND.search(words)) or speaks_for(words, draft)
        yield "a copy of the draft", copied(words, draft) > MOST_COPIED
        yield "untrue of the draft", any(found[1].lower() in draft.lower() for found in DENIED.finditer(words))
        yield "a number that nobody gave", bool(set(NUMBER.findall(words)) - set(NUMBER.findall(heard)))
        yield "a habit", bool(HABIT.search(words))
        yield "a loop", bool(LOOP.search(words)) or repeated(words)
        yield "no end", not finished(words)
        yield "somebody's name", any(self._name(word, words) for word in WORD.finditer(words) if word[0] not in known)
        yield "another language", not is_english(words, self.cues) and len(words.split()) > 5

    def _name(self, word: re.Match[str], words: str) -> bool:
        """Whether it has a capital that is not the start of a sentence's, or is no word in small letters. CAPITALS may shout."""
        if not word[0][0].isupper() or word[0] in KNOWN:
            return False
        inside = not OPENED.search(words[: word.start()]) and not word[0].isupper()
        return inside or self.rank(word[0].lower().split("'")[0]) >= MOST_RANK


def off_the_subject(words: str, post: str, card: str = "") -> str:
    """The reason for which nothing like this is ever shown under this post; empty where there is none. A reader's card may bring
    up a film, never harm.
    """
    subjects = {"harm": (HARM, post), "talk of a forum": (FORUM, post), "another world": (STORY, f"{post} {card}")}
    if NEVER.search(words):
        return "harm"
    found = (why for why, (subject, known) in subjects.items() if brought_up(subject, words, known))
    return next(found, "an address or markup" if ADDRESS.search(words) else "")


def brought_up(subject: re.Pattern[str], words: str, known: str) -> bool:
    """Whether they speak of something that was not spoken of before."""
    return any(found.group().lower() not in known.lower() for found in subject.finditer(words))


def speaks_for(words: str, draft: str) -> bool:
    """Whether a reader says what the writer says of itself: "we moved", "my mother"."""
    said, there = ([w.lower().replace("’", "'") for w in WORD.findall(text)] for text in (words, draft))
    theirs = set(there) - ANYBODYS if OURS & set(there) else set[str]()
    return any(first in OURS and second in theirs for first, second in pairwise(said))


def finished(words: str) -> bool:
    """Whether the end looks like one: a mark, or a word that nothing need follow."""
    return bool(END.search(words.strip())) and not DANGLING.search(words.strip())


def copied(words: str, draft: str) -> int:
    """The most words in a row that stand in the draft too."""
    said, there = ([w.lower() for w in WORD.findall(text)] for text in (words, draft))
    best, ends = 0, [0] * (len(there) + 1)
    for word in said:
        ends = [0, *(ends[n] + 1 if word == other else 0 for n, other in enumerate(there))]
        best = max(best, *ends)
    return best


def repeated(words: str) -> bool:
    """Whether one word of some length makes up a third of what is said."""
    said = [w.lower() for w in WORD.findall(words) if len(w) > 3]
    return len(said) >= 6 and Counter(said).most_common(1)[0][1] / len(said) > 0.34
