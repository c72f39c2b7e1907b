# SPDX-License-Identifier: AGPL-3.0-or-later
"""A style that could tell what a voter ticks, or change its name, is refused by the browser itself."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.polling_place import fresh_code
from tests.browser.voters import ADA

# What an option's row would ask for when it is ticked, and when it is shown.
EVIL = """
input:checked { background-image: url(/static/leak-ticked.png) !important; }
label { cursor: url(/static/leak-cursor.png), auto; }
li { list-style-image: image-set(url(/static/leak-set.png) 1x); }
body { mask-image: url(/static/leak-mask.svg#x); filter: url(/static/leak-filter.svg#x); }
h1::after { content: url(/static/leak-content.png); }
@font-face { font-family: leak; src: url(/static/leak-font.woff2); }
h1 { font-family: leak !important; }
"""
ADDED = '<link rel="stylesheet" href="/static/evil.css"></head>'


@pytest.fixture
def one(at):
    """A voter; what the server's evil part was asked for is in `leaks`, what was refused in `refused`."""
    voter = at("choose-one")
    voter.leaks = []

    def answer(route):
        voter.leaks.append(route.request.url)
        route.fulfill(body=EVIL, content_type="text/css")

    voter.page.route(re.compile(r"/static/(leak|evil)"), answer)
    voter.page.add_init_script(
        "globalThis.refused = [];"
        "addEventListener('securitypolicyviolation',"
        " (event) => refused.push([event.effectiveDirective, event.blockedURI]));"
    )
    return voter


def change(voter, address, edit):
    """Let the server answer with something else than it has, and with the same headers."""

    def answer(route):
        response = route.fetch()
        route.fulfill(response=response, body=edit(response.text()))

    voter.page.route(address, answer)


def tick(voter):
    voter.enter(fresh_code()).choose(ADA)
    expect(voter.page.get_by_label(ADA)).to_be_checked()
    voter.page.wait_for_load_state("networkidle")
    return voter.page.evaluate("refused")


def test_a_style_sheet_that_is_not_the_booths_is_refused(one):
    change(one, re.compile(r"/vote/$"), lambda text: text.replace("</head>", ADDED))
    refused = tick(one)
    assert ["style-src-elem", f"{one.base}/static/evil.css"] in refused
    assert one.leaks == []


def test_a_style_in_the_page_is_refused(one):
    change(one, re.compile(r"/vote/$"), lambda text: text.replace("</head>", f"<style>{EVIL}</style></head>"))
    assert ["style-src-elem", "inline"] in tick(one)
    assert one.leaks == []


def test_even_a_style_of_the_booth_can_ask_for_nothing(one):
    sheet = "@import '/static/evil.css';\n"
    change(one, re.compile(r"/booth\.css$"), lambda text: sheet + text + EVIL)
    refused = {(directive, address.rpartition("/")[2]) for directive, address in tick(one)}
    assert {
        ("style-src-elem", "evil.css"),
        ("img-src", "leak-ticked.png"),
        ("img-src", "leak-content.png"),
        ("font-src", "leak-font.woff2"),
    } <= refused
    assert one.leaks == []


def test_a_script_of_the_server_that_is_not_the_booths_is_refused(one):
    evil = '<script type="module" src="/static/evil.js"></script></head>'
    change(one, re.compile(r"/vote/$"), lambda text: text.replace("</head>", evil))
    assert ["script-src-elem", f"{one.base}/static/evil.js"] in tick(one)
    assert one.leaks == []


@pytest.mark.parametrize(
    ("page", "language"), [("vote", "en"), ("vote", "ar"), ("check", "en"), ("tested", "en")]
)
def test_a_page_names_every_module_that_it_will_load_and_no_other(at, page, language):
    one = at("choose-one", locale=language)
    one.page.goto(one.address.replace("/vote/", f"/{page}/"))
    expect(one.page.locator("#booth-waiting")).to_have_count(0)
    if page == "vote":
        one.page.locator("#code").fill(fresh_code())
        one.page.locator("main form button[type=submit]").first.click()
        expect(one.page.locator("main input[type=radio]").first).to_be_visible()
    one.page.wait_for_load_state("networkidle")
    links = one.page.locator("link[rel=modulepreload]").evaluate_all(
        "found => found.map((link) => link.href)"
    )
    sheets = one.page.locator("link[rel=stylesheet]").evaluate_all("found => found.map((link) => link.href)")
    assert {url for url in one.asked if "/static/" in url} == {*links, *sheets}
    assert one.said == []
