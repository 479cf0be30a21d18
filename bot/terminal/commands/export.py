"""export: write a rehearsal into files. `import` reads the JSON one back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from audience.errors import Refused
from bot.terminal.commands.show import kept_report
from bot.terminal.options import Csv, Database, Html, Markdown, Which, settings
from bot.terminal.outputs import Outputs

JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the JSON document, which import reads back.")
]


def add(app: typer.Typer) -> None:
    app.command("export", epilog="Example: soundingboard export last --json rehearsal.json --html report.html")(command)


def command(
    which: Which,
    database: Database = None,
    json: JsonFile = None,
    html: Html = None,
    markdown: Markdown = None,
    csv: Csv = None,
) -> None:
    """Write a rehearsal that is kept into files; each keeps the mark."""
    outputs = Outputs(html=html, markdown=markdown, csv=csv, json_file=json)
    if not outputs.files:
        raise Refused("Say what to write: --json FILE, --html FILE, --markdown FILE or --csv FILE.")
    outputs.deliver(*asyncio.run(kept_report(which, settings(), database)), lambda _report, _track, _no_color: None)
    typer.echo(f"Wrote {', '.join(map(str, outputs.files))}.")
