# SPDX-License-Identifier: AGPL-3.0-or-later
"""Static files named after their content and compressed, so that they can be cached for ever.

All but the booth: voters' code is served byte for byte as it stands in version control, in a folder that is
named after the digest of all its files (voting/booth_files.py). Folders of earlier releases stay: a page that
was loaded before still finds its worker.
"""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from voting import booth_files

BOOTH = "voting/booth/"


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Also rewrites imports inside JavaScript modules; only those that end with a semicolon are seen.

    Source maps are not looked for: vendored style sheets name theirs, and we do not ship them.
    """

    support_js_module_import_aggregation = True
    patterns = tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        """Rename and compress everything outside the booth; copy the booth to where it is served."""
        rest = {name: found for name, found in paths.items() if not name.startswith(BOOTH)}
        yield from super().post_process(rest, *args, **options)
        if options.get("dry_run") or len(rest) == len(paths):
            return
        for name in sorted(set(paths) - set(rest)):
            yield name, self._put_booth_file(name), True
            self.delete(name)
        self._put(booth_files.booth_path(booth_files.LIST), booth_files.booth_list().encode("ascii"))

    def _put_booth_file(self, name: str) -> str:
        part = name.removeprefix(BOOTH)
        return self._put(booth_files.booth_path(part), (booth_files.FOLDER / part).read_bytes())

    def _put(self, name: str, data: bytes) -> str:
        if self.exists(name):
            self.delete(name)
        self.save(name, ContentFile(data))
        return name
