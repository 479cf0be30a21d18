"""A model hub on loopback: speaks of its API what huggingface_hub asks for a snapshot, serves ranges, and can be made to fail."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

SHA = "5" * 40


@dataclass
class Hub:
    """`files` of one model by name. `cut` are bytes after which the connection breaks, then every request for that file fails;
    `promised` are sizes that the list of files states and the file has not; `gated` refuses files; `served` are the bytes of
    each answer, by file; `starts` where each began.
    """

    name: str
    files: dict[str, bytes]
    cut: dict[str, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    promised: dict[str, int] = field(default_factory=dict)
    altered: dict[str, bytes] = field(default_factory=dict)
    gated: bool = False
    starts: dict[str, list[int]] = field(default_factory=dict)
    url: str = ""

    def size(self, file: str) -> int:
        return self.promised.get(file, len(self.files[file]))

    def etag(self, file: str) -> str:
        found = hashlib.sha256(self.files[file]).hexdigest()
        return found if self.large(file) else found[:40]

    def large(self, file: str) -> bool:
        return file.endswith((".safetensors", ".bin"))

    def info(self) -> dict[str, object]:
        rows = [
            {"rfilename": file, "size": self.size(file), "blobId": self.etag(file)[:40], **self._lfs(file, "sha256")}
            for file in self.files
        ]
        card = {"license": "apache-2.0"}
        return {"id": self.name, "sha": SHA, "gated": "manual" if self.gated else False, "siblings": rows, "cardData": card}

    def tree(self) -> list[dict[str, object]]:
        return [
            {"type": "file", "path": file, "size": self.size(file), "oid": self.etag(file)[:40], **self._lfs(file, "oid")}
            for file in self.files
        ]

    def _lfs(self, file: str, key: str) -> dict[str, object]:
        about = {key: self.etag(file), "size": self.size(file), "pointerSize": 134}
        return {"lfs": about} if self.large(file) else {}


class Answer(BaseHTTPRequestHandler):
    hub: ClassVar[Hub]

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is said."""

    def do_HEAD(self) -> None:
        self.do_GET(body=False)

    def do_GET(self, *, body: bool = True) -> None:
        path = self.path.partition("?")[0]
        file = re.fullmatch(rf"/{self.hub.name}/resolve/\w+/(.+)", path)
        if file and file[1] in self.hub.files:
            self._file(file[1], body)
        elif path in {f"/api/models/{self.hub.name}", f"/api/models/{self.hub.name}/revision/main"}:
            self._json(self.hub.info())
        elif path == f"/api/models/{self.hub.name}/tree/{SHA}":
            self._json(self.hub.tree())
        else:
            self._refuse(404, "RepoNotFound")

    def _json(self, found: object) -> None:
        text = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _refuse(self, code: int, why: str) -> None:
        self.send_response(code)
        self.send_header("X-Error-Code", why)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self, file: str, body: bool) -> None:
        hub = self.hub
        if hub.gated:
            self._refuse(403, "GatedRepo")
            return
        if body and file in hub.broken:
            self._refuse(500, "Broken")
            return
        whole = hub.altered.get(file, hub.files[file])
        start = int((re.fullmatch(r"bytes=(\d+)-.*", self.headers.get("Range", "")) or ["", "0"])[1])
        self.send_response(206 if start else 200)
        for key, value in {
            "ETag": f'"{hub.etag(file)}"', "X-Repo-Commit": SHA, "Accept-Ranges": "bytes", "X-Linked-Size": str(hub.size(file)),
            "Content-Length": str(len(whole) - start), "Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}",
        }.items():  # fmt: skip
            self.send_header(key, value)
        self.end_headers()
        if body:
            hub.starts.setdefault(file, []).append(start)
            self.wfile.write(whole[start : hub.cut.get(file)])
            if file in hub.cut:
                del hub.cut[file]
                hub.broken.add(file)
                self.close_connection = True


@contextmanager
def serving(folder: Path, name: str, **more: bytes) -> Iterator[Hub]:
    """The files of a folder as a model of that name."""
    hub = Hub(name, {path.name: path.read_bytes() for path in sorted(folder.iterdir())} | more)
    answer = type("HubAnswer", (Answer,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), answer) as server:
        hub.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
