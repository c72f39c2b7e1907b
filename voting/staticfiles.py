# SPDX-License-Identifier: AGPL-3.0-or-later
"""Static files named after their content and compressed, so that they can be cached for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Also rewrites imports inside JavaScript modules; only those that end with a semicolon are seen.

    Source maps are not looked for: vendored style sheets name theirs, and we do not ship them.
    """

    support_js_module_import_aggregation = True
    patterns = tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )
