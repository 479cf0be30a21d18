"""Download: asks the model hub, and takes files from it into the hub's own cache. The one page of the program that asks a network
for a model; it runs in a process of its own (models/getting.py), so that whoever rehearses stays offline by construction.

    python -c "from models.download import main; main()" asked ORG/NAME
    python -c "from models.download import main; main()" taken ORG/NAME FOLDER FILE...

prints one JSON object: what was found, or {"refused": ...} or {"failed": ...} in one sentence. Knows the hub; no shelf and no
machine. Large files go on where an earlier run was cut, which huggingface_hub by itself does only while it runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

SECONDS = 10.0  # that the hub may take to say a first word
LARGE = 1 << 20  # bytes from which a file is kept when it was cut
BEYOND = 416  # what HTTP says where a file ends before the place that was asked for
UNEQUAL = "Consistency check failed"  # what huggingface_hub says where a file is not as long as it should be
PART = ".incomplete"  # the hub's own ending for what is not whole

Found = Mapping[str, Any]  # goes out as JSON


def asked(name: str) -> Found:
    """What the hub says of a model: its licence, whether that has to be accepted, its files with their bytes."""
    from huggingface_hub import HfApi

    told = HfApi().model_info(name, files_metadata=True, timeout=SECONDS)
    files = {each.rfilename: each.size or 0 for each in told.siblings or ()}
    card: Any = told.card_data or {}
    return {"licence": card.get("license_name") or card.get("license") or "", "gated": bool(told.gated), "files": files}


def taken(name: str, hub: str, *files: str) -> Found:
    """The folder of the snapshot, once each of these files is there."""
    from huggingface_hub import HfApi, snapshot_download

    told = HfApi().model_info(name, files_metadata=True, timeout=SECONDS)
    sizes = {each.rfilename: each.size or 0 for each in told.siblings or ()}
    blobs = Path(hub) / f"models--{name.replace('/', '--')}" / "blobs"
    for file in files:
        if sizes.get(file, 0) >= LARGE:
            _large(name, str(told.sha), file, blobs)
    return {"folder": snapshot_download(name, cache_dir=hub, allow_patterns=list(files), max_workers=4)}


def _large(name: str, revision: str, file: str, blobs: Path) -> None:
    """One large file, as the blob that the hub's own tools would leave; what an earlier run has of it is not fetched again."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils._headers import build_hf_headers

    headers = build_hf_headers()
    about = get_hf_file_metadata(hf_hub_url(name, file, revision=revision), timeout=SECONDS, headers=headers)
    whole = blobs / str(about.etag)
    if whole.exists():
        return
    blobs.mkdir(parents=True, exist_ok=True)
    part = whole.with_name(f"{whole.name}.kept{PART}")
    try:
        with part.open("ab") as out:
            http_get(
                about.location, out, resume_size=out.tell(), headers=_towards(about.location, headers), expected_size=about.size,
                displayed_filename=file,
            )  # fmt: skip
    except OSError as error:
        if UNEQUAL in str(error) or getattr(getattr(error, "response", None), "status_code", 0) == BEYOND:
            part.unlink()  # or every run to come would ask for what is not there
        raise
    if len(whole.name) == 64 and _hash(part) != whole.name:  # SHA-256, by which the hub names large files
        part.unlink()
        raise OSError(f"{file} is not the file that the hub names, so it was thrown away")
    part.replace(whole)
    for left in blobs.glob(f"{whole.name}.*{PART}"):  # by runs that were killed
        left.unlink()


def _towards(location: str, headers: dict[str, str]) -> dict[str, str]:
    """The hub's token goes to the hub and to nobody it sends us on to."""
    from huggingface_hub import constants

    if location.startswith(constants.ENDPOINT):
        return headers
    return {key: value for key, value in headers.items() if key.lower() != "authorization"}


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


WAYS: Mapping[str, Callable[..., Found]] = {"asked": asked, "taken": taken}


def main(words: Sequence[str] = ()) -> None:
    """Says what came of it on standard output, whatever came of it."""
    way, name, *rest = words or sys.argv[1:]
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DOWNLOAD_TIMEOUT", f"{SECONDS:.0f}")
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # its pieces know no going on after a cut
    try:
        found = WAYS[way](name, *rest)
    except _errors() as error:
        found = _said(name, error)
    sys.stdout.write(json.dumps(found) + "\n")


def _errors() -> tuple[type[Exception], ...]:
    """Of the network, of the hub and of the disk. The hub's own are of all three sorts; transport errors only by their library."""
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    transport = next(sort for sort in HfHubHTTPError.__mro__ if sort.__name__ == "HTTPError")
    return OSError, transport, HFValidationError


def _said(name: str, error: Exception) -> Found:
    """One sentence: what happened, and what to do."""
    from huggingface_hub.errors import GatedRepoError, HFValidationError, OfflineModeIsEnabled, RepositoryNotFoundError

    page = f"its page, {os.environ.get('HF_ENDPOINT', 'https://huggingface.co').rstrip('/')}/{name}"
    if isinstance(error, GatedRepoError):
        return {"refused": f"The licence of {name} has to be accepted first, on {page}; then: hf auth login, and get it again."}
    if isinstance(error, RepositoryNotFoundError | HFValidationError):
        return {"refused": f"The hub has no model {name} for you to see; check its name, or hf auth login where it is private."}
    if isinstance(error, OfflineModeIsEnabled):
        return {"refused": f"{name} cannot be fetched while HF_HUB_OFFLINE is set; unset it for this one command."}
    return {"failed": f"{name} could not be fetched: {_reason(error)}; get it again, it goes on where it was."}


def _reason(error: Exception) -> str:
    if UNEQUAL in str(error):
        return "a file was not as long as the hub said"
    response = getattr(error, "response", None)
    if response is not None:
        return f"the hub answered {response.status_code}"
    root: BaseException = error
    while root.__cause__ or root.__context__:
        root = root.__cause__ or root.__context__ or root
    kinds = {kind.__name__ for one in (error, root) for kind in type(one).__mro__}
    if isinstance(error, OSError) and error.errno:
        return f"the disk says {error.strerror}"
    if kinds & {"ConnectError", "ConnectTimeout", "ProxyError", "ReadTimeout", "TimeoutException", "ConnectionError"}:
        return "the hub cannot be reached; check the connection"
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
