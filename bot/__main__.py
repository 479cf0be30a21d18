"""`soundingboard` and `python -m bot`: run a command, and have the last word in one sentence.

Exit codes: 0 done; 1 something failed; 2 what was given cannot be used; 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from audience.errors import Failed, Refused

if TYPE_CHECKING:
    import typer


def main() -> None:
    # Sentences are small matrices: on a busy machine numpy's threads wait for each other ten times longer than they work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _leave(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; complaints go to standard error, never as a traceback."""
    import typer

    from bot.terminal.app import build

    try:
        result = build()(arguments or ["--help"], prog_name="soundingboard", standalone_mode=False)
        sys.stdout.flush()
    except (Refused, Failed) as complaint:
        return _said(str(complaint), 2 if isinstance(complaint, Refused) else 1)
    except typer.TyperException as error:
        return _said(_misused(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        return _unheard()
    except Exception as error:  # noqa: BLE001 (the last edge: one sentence for the person, the trace in a file)
        return _said(_unexpected(error), 1)
    return result if isinstance(result, int) else 0


def _leave(code: int) -> NoReturn:
    """End with this code, and at once: a device thread in the middle of a model's own machine code would abort an ordinary end."""
    if not any(thread.daemon and thread is not threading.current_thread() for thread in threading.enumerate()):
        sys.exit(code)
    with suppress(OSError, ValueError):  # whoever would read it may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _said(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


def _misused(error: typer.TyperException) -> str:
    """What is wrong with the command line, and where its help is."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "soundingboard"
    said = error.format_message()
    return said if said.endswith("?") else f"{said.rstrip('.')}; see: {command} --help"


def _unheard() -> int:
    """Whoever read our output has stopped reading; what is left of it goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _unexpected(error: Exception) -> str:
    with tempfile.NamedTemporaryFile("w", prefix="soundingboard-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    return f"Something went wrong that should not ({type(error).__name__}: {error}); please report it with {Path(log.name)}."


if __name__ == "__main__":
    main()
