"""Columns: what the exports of the large platforms call the numbers of a post, in several languages; and a guess at which
column is which. Knows no file and no cell.

The table is put together from exports and help pages of LinkedIn, X, Meta Business Suite (Facebook, Instagram, Threads),
TikTok and Mastodon-like programs. Names are compared without case, accents and signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audience.errors import Refused
from evidence.sheet import listed

FIELDS = ("text", "published", "reach", "reactions", "replies", "shares")
NEEDED = ("text", "published", "reach")

# The likeliest first: where a file has several, people come before showings, and all reactions before likes alone.
NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text", "post text", "tweet text", "full text", "post content", "content", "caption", "post caption", "message", "post message",
        "description", "video caption", "video description", "post title", "video title", "update title", "title", "post", "status", "body",
        "beitragstext", "inhalt", "nachricht", "beschreibung", "bildunterschrift", "titel des beitrags", "titel", "beitrag",
        "texte", "texte du post", "contenu", "legende", "message de la publication", "titre", "titre du post", "publication",
        "texto", "texto de la publicacion", "contenido", "descripcion", "mensaje", "titulo", "titulo de la publicacion", "publicacion",
        "texto da publicacao", "conteudo", "descricao", "legenda", "mensagem", "publicacao",
        "testo", "contenuto", "didascalia", "descrizione", "titolo", "tekst", "bericht", "bijschrift", "inhoud",
    ),
    "published": (
        "published", "published at", "publish time", "post publish time", "date published", "publish date", "publication date", "posted",
        "posted at", "post time", "post date", "posted date", "created", "created at", "created date", "creation date", "created time",
        "timestamp", "date time", "datetime", "date", "time", "day",
        "veroffentlicht", "veroffentlicht am", "veroffentlichungszeit", "zeitpunkt der veroffentlichung", "veroffentlichungsdatum",
        "erstellt am", "erstellungsdatum", "datum", "zeit",
        "date de publication", "heure de publication", "publie le", "date de creation", "cree le",
        "fecha de publicacion", "hora de publicacion", "publicado", "fecha de creacion", "fecha",
        "data de publicacao", "horario de publicacao", "data da publicacao", "publicado em", "data de criacao", "data",
        "data di pubblicazione", "ora di pubblicazione", "pubblicato", "data di creazione", "publicatiedatum", "gepubliceerd", "datum gepubliceerd",
    ),
    "reach": (
        "reach", "post reach", "people reached", "post total reach", "lifetime post total reach", "accounts reached", "unique impressions",
        "unique views", "reached audience", "impressions", "post impressions", "impressions total", "total impressions", "tweet impressions",
        "views", "post views", "video views", "total views", "views total",
        "reichweite", "reichweite des beitrags", "erreichte personen", "erreichte konten", "impressionen", "aufrufe", "videoaufrufe", "ansichten",
        "couverture", "portee", "personnes touchees", "comptes touches", "vues",
        "alcance", "personas alcanzadas", "cuentas alcanzadas", "impresiones", "visualizaciones", "vistas", "reproducciones",
        "pessoas alcancadas", "contas alcancadas", "impressoes", "visualizacoes",
        "copertura", "persone raggiunte", "account raggiunti", "impressioni", "visualizzazioni",
        "bereik", "weergaven", "vertoningen",
    ),
    "reactions": (
        "reactions", "total reactions", "post reactions", "likes and reactions", "reactions total", "likes", "like count", "total likes",
        "likes total", "favorites", "favourites", "favourites count", "favorites count", "favourite count", "favorite count",
        "reaktionen", "gefallt mir", "gefallt mir angaben", "gefallt mir angabe", "likes und reaktionen", "favoriten",
        "j aime", "mentions j aime", "jaime", "reacciones", "me gusta", "favoritos", "reacoes", "curtidas", "gostos",
        "reazioni", "mi piace", "reacties en likes", "vind ik leuks", "vind ik leuk",
    ),
    "replies": (
        "replies", "replies count", "reply count", "comments", "comment count", "comments count", "total comments", "comments total",
        "post comments", "answers",
        "kommentare", "antworten", "commentaires", "reponses", "comentarios", "respuestas", "respostas",
        "commenti", "risposte", "opmerkingen", "antwoorden",
    ),
    "shares": (
        "shares", "share count", "total shares", "shares total", "post shares", "reposts", "reposts count", "repost count", "retweets",
        "retweet count", "retweets count", "reblogs", "reblogs count", "boosts", "quotes and reposts",
        "geteilte inhalte", "geteilt", "mal geteilt", "teilungen", "partages", "republications",
        "compartidos", "veces compartido", "veces que se compartio", "republicaciones", "compartilhamentos", "partilhas", "repostagens",
        "condivisioni", "repost", "gedeeld", "delen",
    ),
}  # fmt: skip
OF_PLATFORM: Mapping[str, tuple[str, ...]] = {
    "x": ("tweet text", "tweet id", "tweet permalink", "tweet impressions", "retweets", "profile visits"),
    "linkedin": ("post title", "update title", "update link", "click through rate ctr", "campaign name", "titel des beitrags"),
    "facebook": ("page name", "page id", "lifetime post total reach", "seiten id", "seitenname"),
    "instagram": ("account username", "saves", "accounts reached", "nome de usuario da conta", "benutzername des kontos"),
    "tiktok": ("video title", "video caption", "total play time", "average watch time"),
    "mastodon": ("favourites count", "reblogs count", "reblogs", "boosts"),
}
"""Names that only the exports of one platform have, or nearly; by them it is guessed which that is."""
ASKED = re.compile(rf"(?:^|,)\s*({'|'.join(FIELDS)})\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds which field: places in the header, from 0."""

    header: tuple[str, ...]
    places: Mapping[str, int]

    def name(self, field: str) -> str:
        return self.header[self.places[field]].strip()


def plain(name: str) -> str:
    """A name as it is compared: `Gefällt mir!` and `gefallt_mir` are the same."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]|_", " ", bare.casefold()).split())


def known(header: Sequence[str]) -> int:
    """How many of the fields have a column of a name that is known."""
    names = set(map(plain, header))
    return sum(1 for field in FIELDS if names & set(NAMES[field]))


def guessed(header: Sequence[str]) -> dict[str, int]:
    """For each field the first of its names that a column has. No column is taken for two fields."""
    names = [plain(name) for name in header]
    found: dict[str, int] = {}
    for field in FIELDS:
        places = (names.index(name) for name in NAMES[field] if name in names)
        place = next((place for place in places if place not in found.values()), None)
        if place is not None:
            found[field] = place
    return found


def columns(header: Sequence[str], asked: str) -> Columns:
    """The guess, corrected by what was asked: `text=Post text,reach=Impressions`. Raises Refused where one is missing."""
    found = guessed(header)
    for field, name in parted(asked).items():
        found = {other: place for other, place in found.items() if place != _place(header, name)}
        found[field] = _place(header, name)
    lacking = [field for field in NEEDED if field not in found]
    if not {"reactions", "replies", "shares"} & set(found):
        lacking.append("reactions, replies or shares")
    if lacking:
        raise Refused(
            f"No column was found for {' and '.join(lacking)} among {listed(header)}; name it, such as "
            f"--columns {lacking[0].split(',')[0]}=NAME."
        )
    return Columns(tuple(header), {field: found[field] for field in FIELDS if field in found})


def platform(header: Sequence[str]) -> str:
    """The platform whose exports look like this; empty where none does, or several do as well."""
    names = set(map(plain, header))
    many = sorted(((len(names & set(own)), key) for key, own in OF_PLATFORM.items()), reverse=True)
    return many[0][1] if many[0][0] > many[1][0] else ""


def parted(asked: str) -> dict[str, str]:
    """What stands after --columns, field by field. A name may hold commas. Raises Refused."""
    starts = list(ASKED.finditer(asked))
    if asked.strip() and (not starts or starts[0].start() != 0):
        raise Refused(f"--columns is {asked!r}; write {'=NAME, '.join(FIELDS[:2])}=NAME and so on, for {', '.join(FIELDS)}.")
    ends = [*(start.start() for start in starts[1:]), len(asked)]
    return {start[1].casefold(): asked[start.end() : end].strip() for start, end in zip(starts, ends, strict=False)}


def _place(header: Sequence[str], name: str) -> int:
    for same in (str.strip, plain):
        names = [same(each) for each in header]
        if same(name) in names:
            return names.index(same(name))
    raise Refused(f"There is no column {name!r}; there are {listed(header)}.")
