# SPDX-License-Identifier: AGPL-3.0-or-later
"""The languages of the site: voters' pages have all of settings.LANGUAGES, the office is English only."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

_OFFICE, _ENGLISH = "office", "en"
Answer = Callable[[HttpRequest], HttpResponse]


class EnglishOffice:
    """After LocaleMiddleware, which has chosen the language of whoever asks."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Change nothing before it is known which page is asked for."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: tuple[object, ...], _options: dict[str, object]
    ) -> None:
        """Speak English from here on, and in errors, if it is a page of the office."""
        if request.resolver_match is not None and _OFFICE in request.resolver_match.namespaces:
            translation.activate(_ENGLISH)
            request.LANGUAGE_CODE = _ENGLISH
