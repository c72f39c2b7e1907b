# SPDX-License-Identifier: AGPL-3.0-or-later
"""Kombu's filesystem transport, without the torn message (docs/adr/0005-the-row-is-the-truth.md).

The library creates a file, then writes it, while a reader may take it in between: the empty message ends
the reader's worker, as does any file that is not JSON. Here a message appears whole, by renaming, and a file
that is no message is dropped with a warning. A message that was taken is gone if its worker is killed: its
sender sends it again. One machine only.
"""

import base64
import logging
import os
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

MESSAGE_LIMIT = 8 * 1024 * 1024  # bytes
_SUFFIX = ".msg"
_log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """One file a message: "<order>_<uuid>.<queue>.msg", taken by renaming it to "….taken"."""

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]  # its bases differ
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns():020}_{uuid.uuid4()}.{queue}"  # in the order of arrival on this machine
        partial = folder / f"{name}.partial"
        partial.write_bytes(dumps(payload).encode())
        partial.rename(folder / f"{name}{_SUFFIX}")

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002  # it never waits
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):  # noqa: PTH208  # names are all that is needed
            if name.partition(".")[2] == queue + _SUFFIX:
                message = _take(folder / name)
                if message is not None:
                    return message
        raise Empty


class Transport(filesystem.Transport):
    """The transport of `filesystem://` addresses, once `install` was called."""

    Channel = Channel


def install() -> None:
    """Make `filesystem://` mean this transport, in this process."""
    TRANSPORT_ALIASES["filesystem"] = "tally.spool:Transport"


def transport_options(folder: Path) -> dict[str, object]:
    """Return the options for messages in `folder`, which is made if need be, for its owner only."""
    messages, control = folder / "messages", folder / "control"
    for place in (folder, messages, control):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": 0.05,  # s
    }


def _take(file: Path) -> Any | None:
    taken = file.with_suffix(f".{uuid.uuid4()}.taken")
    try:
        file.rename(taken)
    except FileNotFoundError:
        return None  # another worker was faster
    with taken.open("rb") as opened:
        data = opened.read(MESSAGE_LIMIT + 1)
    taken.unlink()
    try:
        return _message(data)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        _log.warning("a file on the broker is no message: %s", type(error).__name__)
        return None


def _message(data: bytes) -> Any:
    """Parse, and check what kombu takes for granted: a body that decodes, a tag, an address."""
    if len(data) > MESSAGE_LIMIT:
        raise ValueError("too long")
    value = loads(data.decode("utf-8"))
    properties = value["properties"]
    address = properties["delivery_info"]
    properties["delivery_tag"], address["exchange"], address["routing_key"]
    if properties["body_encoding"] != "base64":
        raise ValueError("another encoding")
    base64.b64decode(value["body"], validate=True)
    return value
