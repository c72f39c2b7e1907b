# SPDX-License-Identifier: AGPL-3.0-or-later
"""What voters read is translated, all of it, and what is served is what the catalogues say."""

import gettext
import io
import re
from collections import Counter

import pytest
from django.conf import settings

from scripts.catalogues import compiled, extraction, files
from scripts.catalogues.messages import PLURALS, Message, TwoMeanings, merged

LANGUAGES = sorted(PLURALS)
DOMAINS = (files.PAGES, files.BOOTH)
# Spelt alike in several languages, or not words.
ALIKE = {
    *("Error", "Final", "Manifest", "Option", "Options", "Pages", "Points", "Principal", "Questions", "Type"),
    *("Passphrase", ",", "j F Y, H:i", "Archive (.zip)", "%(count)s point"),
}
PLACE = re.compile(r"%(?:\([a-z_]+\))?[sd%]")
TAG = re.compile(r"</?[a-z]+[^>]*>|&[a-z]+;")
EXACTLY = 3  # of Arabic's forms: none, one, two; they may say so in words
# Words that mean nothing to voters, or the wrong thing. The board's own pages are for those who know them.
JARGON = re.compile(
    r"\b(?:encrypt|hash|audit|cifrad|cifrar|chiffr(?!e)|hachage|verschlüssel|kryptogra|criptogr)|تشفير|تدقيق",
    re.IGNORECASE,
)

every_catalogue = pytest.mark.parametrize("domain", DOMAINS)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def sources() -> dict[str, tuple[Message, ...]]:
    return {files.PAGES: extraction.of_pages(), files.BOOTH: extraction.of_booth()}


def _translated(language: str, domain: str) -> dict[files.Key, tuple[str, ...]]:
    return files.read(files.path_of(language, domain))


def _pairs(sources, language: str, domain: str) -> list[tuple[Message, tuple[str, ...]]]:
    known = _translated(language, domain)
    return [(message, known.get(message.key, ())) for message in sources[domain]]


def test_every_language_of_the_site_has_its_catalogues() -> None:
    assert {code for code, _name in settings.LANGUAGES} == {"en", *LANGUAGES}
    assert {path.name for path in files.LOCALE.iterdir()} == set(LANGUAGES)
    assert {path.stem for path in extraction.CATALOGUES.iterdir()} == set(LANGUAGES)


@every_language
@every_catalogue
def test_a_catalogue_has_what_the_sources_say_and_nothing_else(sources, language: str, domain: str) -> None:
    """`make messages` brings them together; then translate what it lists."""
    assert set(_translated(language, domain)) == {message.key for message in sources[domain]}


@every_language
@every_catalogue
def test_nothing_is_left_untranslated(sources, language: str, domain: str) -> None:
    without = files.missing(sources[domain], _translated(language, domain))
    assert [message.text for message in without] == []


@every_language
@every_catalogue
def test_a_translation_is_not_the_english_text(sources, language: str, domain: str) -> None:
    same = [message.text for message, forms in _pairs(sources, language, domain) if message.text in forms]
    assert set(same) <= ALIKE


@every_language
@every_catalogue
def test_every_plural_has_the_forms_of_its_language(sources, language: str, domain: str) -> None:
    wrong = [
        message.text
        for message, forms in _pairs(sources, language, domain)
        if len(forms) != (PLURALS[language][0] if message.plural else 1)
    ]
    assert wrong == []


@every_language
@every_catalogue
def test_a_translation_has_the_places_of_its_text(sources, language: str, domain: str) -> None:
    wrong = [
        (message.text, forms)
        for message, forms in _pairs(sources, language, domain)
        if not _has_the_places_of(message, forms)
    ]
    assert wrong == []


def _has_the_places_of(message: Message, forms: tuple[str, ...]) -> bool:
    wanted = Counter(PLACE.findall(message.plural or message.text))
    exact = forms[:EXACTLY] if len(forms) > EXACTLY else forms[:1] if message.plural else ()
    rest = forms[len(exact) :]
    return all(Counter(PLACE.findall(form)) == wanted for form in rest) and all(
        Counter(PLACE.findall(form)) <= wanted for form in exact
    )


@pytest.mark.parametrize(
    ("text", "plural", "forms"),
    [
        ("%(a)s", "", ("%(b)s",)),
        ("%(a)s", "", ("",)),
        ("%(a)s", "", ("%(a)s %(a)s",)),
        ("%(a)d", "", ("%(a)s",)),
        ("none", "", ("%(a)s",)),
        ("one", "%(n)s", ("one", "many")),
        ("one", "%(n)s", ("one", "one", "two", "%(n)s", "many", "%(n)s")),
        ("one", "%(n)s", ("one", "%(m)s", "two", "%(n)s", "%(n)s", "%(n)s")),
    ],
)
def test_another_place_would_be_found(text: str, plural: str, forms: tuple[str, ...]) -> None:
    assert not _has_the_places_of(Message(text=text, plural=plural), forms)


@every_language
def test_what_the_booth_says_has_no_markup(sources, language: str) -> None:
    pairs = _pairs(sources, language, files.BOOTH)
    texts = [text for message, forms in pairs for text in (message.text, message.plural, *forms)]
    assert [text for text in texts if TAG.search(text) or "<" in text] == []


@every_language
def test_a_page_has_the_markup_of_its_text(sources, language: str) -> None:
    pairs = _pairs(sources, language, files.PAGES)
    wrong = [
        (message.text, form)
        for message, forms in pairs
        for form in forms
        if not Counter(TAG.findall(form)) <= Counter(TAG.findall(message.plural or message.text))
    ]
    assert wrong == []


@every_language
def test_the_booth_speaks_without_jargon(sources, language: str) -> None:
    texts = [
        text for message, forms in _pairs(sources, language, files.BOOTH) for text in (message.text, *forms)
    ]
    assert [text for text in texts if JARGON.search(text)] == []


@every_language
@every_catalogue
def test_a_text_that_ends_like_a_sentence_does_so_in_every_language(
    sources, language: str, domain: str
) -> None:
    ends = {".": ".", ":": ":", "?": "?؟", "…": "…"}
    wrong = [
        (message.text, form)
        for message, forms in _pairs(sources, language, domain)
        for form in forms
        if form[-1:] not in ends.get(message.text[-1], form[-1:])
    ]
    assert wrong == []


@every_language
def test_the_compiled_catalogue_is_that_of_its_source(sources, language: str) -> None:
    path = files.path_of(language, files.PAGES)
    made = compiled.machine_object(language, sources[files.PAGES], files.read(path))
    assert path.with_suffix(".mo").read_bytes() == made


@every_language
def test_the_compiled_catalogue_says_what_its_source_says(sources, language: str) -> None:
    path = files.path_of(language, files.PAGES)
    read = gettext.GNUTranslations(io.BytesIO(path.with_suffix(".mo").read_bytes()))
    for message, forms in _pairs(sources, language, files.PAGES):
        if message.context:
            assert read.pgettext(message.context, message.text) == forms[0]
        elif message.plural:
            said = {read.ngettext(message.text, message.plural, number) for number in range(200)}
            assert said == set(forms)
        else:
            assert read.gettext(message.text) == forms[0]


@every_language
def test_the_module_of_the_booth_is_that_of_its_source(sources, language: str) -> None:
    made = compiled.module(language, sources[files.BOOTH], _translated(language, files.BOOTH))
    assert (extraction.CATALOGUES / f"{language}.js").read_text(encoding="utf-8") == made


TEMPLATE = """{# none #}
      {% load i18n %}{% translate "One" %} {% translate "Two" context "three" %}
   {% blocktranslate trimmed count n=m|length with p=q %}
      {{ n }} of
      {{ p }} %
   {% plural %}
      {{ n }} are of {{ p }} %
   {% endblocktranslate %}
 {% translate "Four" as five %}{{ _("Six") }}"""


def test_every_kind_of_text_is_found_in_a_template() -> None:
    found = [
        (message.context, message.text, message.plural)
        for message in merged(extraction.in_template(TEMPLATE, "x"))
    ]
    assert found == [
        ("", "One", ""),
        ("three", "Two", ""),
        ("", "%(n)s of %(p)s %%", "%(n)s are of %(p)s %%"),
        ("", "Four", ""),
        ("", "Six", ""),
    ]


def test_every_kind_of_text_is_found_in_a_program() -> None:
    program = '_("a"), _t("b"), ngettext("c", "d", 2), pgettext("e", "f"), gettext_lazy("g" "h"), other("i")'
    found = [
        (message.context, message.text, message.plural) for message in extraction.in_program(program, "x")
    ]
    assert found == [("", "a", ""), ("", "b", ""), ("", "c", "d"), ("e", "f", ""), ("", "gh", "")]


def test_both_kinds_of_text_are_found_in_a_module() -> None:
    module = (
        'el("p", {}, say("a “b”"), sayMany("c",\n  "d", count, { e })); this.#say(); const { say } = texts;'
        'const e = `${f} ${say("g")}: ${sayMany("h", "i", j)}`;'
    )
    found = [(message.text, message.plural) for message in extraction.in_module(module, "x")]
    assert found == [("a “b”", ""), ("c", "d"), ("g", ""), ("h", "i")]


@pytest.mark.parametrize(
    "call", ["say(text)", "say(`a`)", "say('a')", 'say("a" + b)', "sayMany(one, many, 1)"]
)
def test_a_text_that_is_put_together_while_the_page_runs_is_refused(call: str) -> None:
    with pytest.raises(extraction.NoLiteral, match="x:2"):
        list(extraction.in_module(f"\nconst a = {call};", "x"))


def test_a_text_that_the_lexer_overlooks_is_refused() -> None:
    with pytest.raises(extraction.Overlooked, match="1 calls, 0 messages"):
        list(extraction.in_module('/* say("a") */', "x"))


def test_two_plurals_of_one_text_are_refused() -> None:
    with pytest.raises(TwoMeanings):
        merged([Message(text="a", plural="b"), Message(text="a", plural="c")])


def test_what_is_not_translated_yet_is_not_served() -> None:
    messages = (Message(text="a"), Message(text="b", plural="c"))
    translations = {("", "a"): ("",), ("", "b"): ("d", "")}
    assert [message.text for message in files.missing(messages, translations)] == ["a", "b"]
    assert '"a"' not in compiled.module("de", messages, translations)
    read = gettext.GNUTranslations(io.BytesIO(compiled.machine_object("de", messages, translations)))
    assert [read.gettext("a"), read.ngettext("b", "c", 2)] == ["a", "c"]
