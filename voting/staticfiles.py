# SPDX-License-Identifier: AGPL-3.0-or-later
"""Static files named after their content and compressed, so that they can be cached for ever.

All but the booth: voters' code is served byte for byte as it stands in version control.
"""

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

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
        """Rename and compress everything outside the booth."""
        rest = {name: found for name, found in paths.items() if not name.startswith(BOOTH)}
        yield from super().post_process(rest, *args, **options)
