"""Reads a page back as a person or a browser would: elements, attributes, headings, tables, text. Knows no report."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br"}


@dataclass(slots=True)
class Element:
    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)

    def all(self, tag: str = "", kind: str = "") -> list[Element]:
        """Every element below this one, in the order of the page; of that tag and class where they are given."""
        found: list[Element] = []
        for part in self.inside:
            if isinstance(part, Element):
                fits = tag in {"", part.tag} and (not kind or kind in part.attributes.get("class", "").split())
                found += [part, *part.all(tag, kind)] if fits else part.all(tag, kind)
        return found


class Reading(HTMLParser):
    """Refuses a page in which an end tag closes anything but the element that is open."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(page)
        self.close()
        assert self.open == [self.root], f"left open: {[element.tag for element in self.open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(page: str) -> Element:
    return Reading(page).root


def cells(table: Element) -> list[list[str]]:
    """The rows of a table without its head, as text."""
    return [[cell.text for cell in row.inside if isinstance(cell, Element)] for row in table.all("tbody")[0].all("tr")]
