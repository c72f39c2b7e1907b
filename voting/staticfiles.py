# SPDX-License-Identifier: AGPL-3.0-or-later
"""Static files named after their content and compressed, so that they can be cached for ever.

All but the programs of voters and observers: they are served byte for byte as they stand in version control,
in folders named after the digest of their files (voting/served_code.py). Compressed copies beside them are
no part of the list: what a browser unpacks has the hash that is in it. Folders of earlier releases stay: a
page that was loaded before still finds its worker.
"""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from voting.served_code import LIST, SERVED, ServedCode


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
        """Rename everything outside the programs; copy these to where they are served; compress all."""
        kept = {code: [name for name in paths if name.startswith(_prefix(code))] for code in SERVED}
        rest = {
            name: found for name, found in paths.items() if not name.startswith(tuple(map(_prefix, SERVED)))
        }
        yield from super().post_process(rest, *args, **options)
        if not options.get("dry_run"):
            for code, names in kept.items():
                yield from self._copy(code, sorted(names))

    def _copy(self, code: ServedCode, names: list[str]) -> Iterator[Any]:
        copies = []
        for name in names:
            part = name.removeprefix(_prefix(code))
            copies.append(self._put(code.path(part), (code.folder / part).read_bytes()))
            yield name, copies[-1], True
            self.delete(name)
        if names:
            copies.append(self._put(code.path(LIST), code.listing().encode("ascii")))
        for name, compressed in self.compress_files(copies):
            yield name, compressed, True

    def _put(self, name: str, data: bytes) -> str:
        if self.exists(name):
            self.delete(name)
        self.save(name, ContentFile(data))
        return name


def _prefix(code: ServedCode) -> str:
    return f"voting/{code.name}/"
