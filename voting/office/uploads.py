# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files from outside: capped while they arrive, before anything of the request is looked at.

Django takes in a form's files wherever it looks for the form's token, on every page; so who is not logged in
gets no place on the disk at all.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from tally.record.roll import LIMIT
from voting.office.errors import UploadMissing, UploadTooLarge

_MARK = "veritally.upload_too_large"


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Takes no more than the largest roll in one request; what is beyond is dropped, and remembered."""

    received = 0

    def new_file(self, *args: Any, **options: Any) -> None:
        """Begin a file, for officials only; of anybody else's request the rest is dropped."""
        if not getattr(getattr(self.request, "user", None), "is_authenticated", False):
            raise StopUpload(connection_reset=False)
        super().new_file(*args, **options)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Count, then store."""
        self.received += len(raw_data)
        if self.received > LIMIT:
            if self.request is not None:
                self.request.META[_MARK] = "1"
            raise StopUpload(connection_reset=False)  # Django's way to stop
        return super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Hand out the file, unless it was cut off."""
        return None if self.received > LIMIT else super().file_complete(file_size)


def uploaded(request: HttpRequest, name: str, *, limit: int) -> list[bytes]:
    """Return the files of one field. Raises UploadTooLarge, UploadMissing."""
    files = request.FILES.getlist(name)
    if _MARK in request.META:
        raise UploadTooLarge("the upload was cut off", expected=LIMIT)
    if not files:
        raise UploadMissing("no file was chosen")
    return [_read(file, limit) for file in files]


def _read(file: UploadedFile[Any], limit: int) -> bytes:
    size = file.size or 0
    if size > limit:
        raise UploadTooLarge("the file is too large", expected=limit, computed=size)
    data: bytes = file.read()
    if not data:
        raise UploadMissing("the file is empty")
    return data
