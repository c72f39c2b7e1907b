# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make messages`: bring locale/ up to date with the sources, and what is served up to date with locale/.

It ends with 1 if a translation is missing, and says which.
"""

import sys
from collections.abc import Sequence

from scripts.catalogues import compiled, extraction, files
from scripts.catalogues.messages import PLURALS, Message


def main() -> int:
    """Write everything; return how the programme ends."""
    domains = {files.PAGES: extraction.of_pages(), files.BOOTH: extraction.of_booth()}
    lacking = 0
    for language in PLURALS:
        for domain, messages in domains.items():
            path = files.path_of(language, domain)
            translations = files.read(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files.written(language, messages, translations), encoding="utf-8")
            _write_served(language, domain, messages, translations)
            lacking += _report(language, messages, translations)
    total = sum(map(len, domains.values()))
    print(f"{total} texts, {len(PLURALS)} languages, {lacking} translations missing")  # noqa: T201
    return 1 if lacking else 0


def _write_served(
    language: str, domain: str, messages: Sequence[Message], translations: files.Translations
) -> None:
    if domain == files.PAGES:
        path = files.path_of(language, domain).with_suffix(".mo")
        path.write_bytes(compiled.machine_object(language, messages, translations))
        return
    extraction.CATALOGUES.mkdir(exist_ok=True)
    path = extraction.CATALOGUES / f"{language}.js"
    path.write_text(compiled.module(language, messages, translations), encoding="utf-8")


def _report(language: str, messages: Sequence[Message], translations: files.Translations) -> int:
    without = files.missing(messages, translations)
    for message in without:
        print(f"{language}: {message.text!r} ({message.places[0]})")  # noqa: T201
    return len(without)


if __name__ == "__main__":
    sys.exit(main())
