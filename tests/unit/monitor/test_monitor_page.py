# SPDX-License-Identifier: AGPL-3.0-or-later
"""A booth's page may run one module of the booth, wear its style sheets, and nothing else."""

import pytest

from tally.monitor.errors import ForeignCode, WeakPolicy
from tally.monitor.page import check_headers, check_policy, read_page

DIGEST = "ab" * 32
FOLDER = f"/static/booth/{DIGEST}/"
OTHER = f"/static/booth/{'cd' * 32}/"
HOST = "vote.example"
SCRIPT = f'<script type="module" src="{FOLDER}vote.js"></script>'
START = '<div id="booth" data-slug="park" data-key="ef"></div>'
LANGUAGES = """<form action="/language/setlang/" method="post"><input type="hidden" name="csrf" value="1">
<button type="submit" name="language" value="de" lang="de">Deutsch</button></form>"""
GOOD = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Vote</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg%3E" type="image/svg+xml">
<link rel="stylesheet" href="{FOLDER}style/vendor/bootstrap.min.css">
<link rel="modulepreload" href="{FOLDER}ui/dom.js" fetchpriority="low">
</head><body><a href="/">Veritally</a><a href="#content">Skip</a>{START}{LANGUAGES}
<noscript><p>No</p></noscript><svg viewBox="0 0 1 1"><path d="M0 0" /></svg>{SCRIPT}</body></html>"""
POLICY = (
    f"default-src 'none'; script-src {HOST}{FOLDER}; style-src {HOST}{FOLDER}; img-src data:; "
    f"font-src 'none'; manifest-src 'none'; worker-src {HOST}{FOLDER}; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types veritally"
)
HEADERS = (("content-type", "text/html; charset=utf-8"), ("content-security-policy", POLICY))


def test_a_good_page_names_its_booth():
    booth = read_page(GOOD.encode())
    assert (booth.folder, booth.digest, booth.file) == (FOLDER, DIGEST, "vote.js")
    assert booth.files == ("style/vendor/bootstrap.min.css", "ui/dom.js")
    assert booth.data == {"slug": "park", "key": "ef"}


@pytest.mark.parametrize(
    "added",
    [
        "<script>alert(1)</script>",
        '<script src="/static/other.js"></script>',
        '<script type="module" src="/static/other.js"></script>',
        f'<script type="module" src="https://evil.example{FOLDER}vote.js"></script>',
        f'<script type="module" src="{FOLDER}../x.js"></script>',
        f'<script type="module" src="{FOLDER}vote.js">alert(1)</script>',
        f'<script type="module" src="{FOLDER}vote.js" nonce="1"></script>',
        f'<script type="module" src="{FOLDER}check.js"></script>',
        f'<script type="module" src="{FOLDER}vote.css"></script>',
        '<script type="importmap">{}</script>',
        '<p onclick="go()">x</p>',
        '<svg onload="go()"></svg>',
        '<a href="javascript:go()">x</a>',
        '<a href=" JaVaScRiPt:go()">x</a>',
        '<a href="java&#115;cript:go()">x</a>',
        '<a href="java&Tab;script:go()">x</a>',
        '<a href="https://evil.example/">x</a>',
        '<a href="//evil.example/">x</a>',
        r'<a href="/\evil.example/">x</a>',
        '<a href="/&Tab;/evil.example/">x</a>',
        '<button formaction="//evil.example/">x</button>',
        '<iframe src="/x"></iframe>',
        '<iframe srcdoc="x"></iframe>',
        '<object data="x"></object>',
        '<embed src="/x">',
        '<base href="/elsewhere/">',
        '<meta http-equiv="refresh" content="0;url=/x">',
        '<meta HTTP-EQUIV="Content-Security-Policy" content="">',
        '<link rel="preload" href="/x" as="script">',
        '<link rel="import" href="/x">',
        '<link rel="prefetch" href="/x">',
        "<style>p { display: none }</style>",
        '<p style="display:none">x</p>',
        '<img src="https://evil.example/x.png">',
        '<img src="/x.png" name="getElementById">',
        '<p name="getElementById">x</p>',
        '<a href="/" href="javascript:go()">x</a>',
        '<a href="/" ping="/spy">x</a>',
        "<template><script>alert(1)</script></template>",
        '<svg><use href="/x.svg"></use></svg>',
        "<svg><foreignobject><p>x</p></foreignobject></svg>",
        '<svg><a><animate attributeName="href" to="javascript:go()" /></a></svg>',
        "<math><mtext>x</mtext></math>",
    ],
)
def test_a_page_with_anything_more_is_refused(added):
    refused(GOOD.replace("</body>", f"{added}</body>"))


def refused(page):
    with pytest.raises(ForeignCode) as error:
        read_page(page.encode())
    return str(error.value.args[0])


@pytest.mark.parametrize(
    "added",
    [
        '<link rel="stylesheet" href="/static/evil.css">',
        '<link rel="stylesheet" href="/static/voting/site.0123456789ab.css">',
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        f'<link rel="stylesheet" href="{OTHER}booth.css">',
        f'<link rel="stylesheet" href="{FOLDER}../evil.css">',
        f'<link rel="stylesheet" href="{FOLDER}booth.css?x">',
        f'<link rel="stylesheet" href="{FOLDER}vote.js">',
        f'<link rel="stylesheet" href="{FOLDER}booth.css" media="print">',
        f'<link rel="stylesheet" href="{FOLDER}booth.css" fetchpriority="low">',
        f'<link rel="alternate stylesheet" href="{FOLDER}booth.css">',
        '<link rel="modulepreload" href="/static/evil.js">',
        f'<link rel="modulepreload" href="{OTHER}vote.js">',
        f'<link rel="modulepreload" href="{FOLDER}booth.css">',
        f'<link rel="modulepreload" href="{FOLDER}vote.js" as="worker">',
        '<link rel="icon" href="/static/leak.svg">',
        '<link rel="icon" href="data:text/html,x">',
        '<link rel="icon stylesheet" href="data:text/css,x">',
    ],
)
def test_a_style_or_module_that_is_not_in_the_booths_folder_is_refused(added):
    refused(GOOD.replace("</head>", f"{added}</head>"))


@pytest.mark.parametrize(
    "added",
    [
        '<form action="/elections/x/hello/" method="post">Your code <input name="code"></form>',
        '<form action="/elections/x/hello/" method="post"><button type="submit">Go on</button></form>',
        '<form action="https://evil.example/"></form>',
        "<form></form>",
        '<form action="/language/setlang/" method="get"></form>',
        LANGUAGES,
        '<input type="text" name="code">',
        "<input>",
        '<input type="image" src="/x">',
        '<p contenteditable="true">x</p>',
        "<textarea></textarea>",
        "<select><option>x</option></select>",
        '<button form="x">x</button>',
    ],
)
def test_a_page_that_asks_for_something_itself_is_refused(added):
    refused(GOOD.replace("</body>", f"{added}</body>"))


def test_the_form_for_the_language_asks_for_nothing():
    refused(GOOD.replace('type="hidden"', 'type="text"'))
    refused(GOOD.replace("</form>", '<input type="password" name="code"></form>'))


@pytest.mark.parametrize(
    "added",
    [
        "<!-- x -->",
        "<!--><form></form>-->",
        "<![CDATA[x]]>",
        "<p title='x'>x</p>",
        "<p title=x>x</p>",
        '<noscript><p title="</noscript><form>">x</p></noscript>',
        '<p title="a>b">x</p>',
        '<p/title="x">x</p>',
        "<P>x</P>",
        "<p",
        "a < b",
        "<?x?>",
        "</ p>",
    ],
)
def test_markup_that_two_parsers_could_read_in_two_ways_is_refused(added):
    page = GOOD.replace("</body>", f"{added}</body>")
    assert refused(page) == "markup that can be read in more than one way"


def test_a_page_in_another_encoding_is_refused():
    for page in (GOOD.encode("utf-16"), GOOD.encode() + b"\xff"):
        with pytest.raises(ForeignCode):
            read_page(page)


@pytest.mark.parametrize("starts", ["", START + START])
def test_there_is_one_place_where_the_modules_start(starts):
    refused(GOOD.replace(START, starts))


@pytest.mark.parametrize("text", ["", "<p>Closed for today</p>", GOOD.replace(SCRIPT, "")])
def test_a_page_without_the_booth_is_refused(text):
    with pytest.raises(ForeignCode):
        read_page(text.encode())


def test_headers_of_a_plain_page_are_harmless():
    check_headers(HEADERS)


@pytest.mark.parametrize(
    "header",
    [
        ("refresh", "0; url=https://evil.example"),
        ("link", "</static/evil.css>; rel=stylesheet"),
        ("speculation-rules", '"/rules.json"'),
        ("content-security-policy-report-only", "connect-src 'none'; report-uri https://evil.example"),
        ("reporting-endpoints", 'default="https://evil.example"'),
        ("content-type", "text/html; charset=utf-8"),
    ],
)
def test_a_header_that_leads_on_or_loads_is_refused(header):
    with pytest.raises(ForeignCode):
        check_headers((*HEADERS, header))


@pytest.mark.parametrize("kind", ["text/html", "text/html; charset=iso-2022-jp", "application/xhtml+xml"])
def test_a_page_that_is_read_in_another_way_is_refused(kind):
    with pytest.raises(ForeignCode):
        check_headers((("content-type", kind),))


def test_the_servers_own_policy_is_strong_enough():
    check_policy(POLICY, host=HOST, folder=FOLDER)
    check_policy(f"{POLICY}; upgrade-insecure-requests", host=HOST, folder=FOLDER)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"script-src {HOST}{FOLDER}", "script-src 'self'"),
        (f"script-src {HOST}{FOLDER}", f"script-src {HOST}{FOLDER} 'unsafe-inline'"),
        (f"script-src {HOST}{FOLDER}", f"script-src evil.example{FOLDER}"),
        (f"script-src {HOST}{FOLDER}", "script-src *"),
        (f"script-src {HOST}{FOLDER}; ", ""),
        (f"style-src {HOST}{FOLDER}", "style-src 'self'"),
        (f"style-src {HOST}{FOLDER}", f"style-src {HOST}{FOLDER} 'unsafe-inline'"),
        (f"style-src {HOST}{FOLDER}", f"style-src {HOST}{OTHER}"),
        (f"style-src {HOST}{FOLDER}", f"style-src {HOST}/static/"),
        (f"style-src {HOST}{FOLDER}; ", ""),
        (f"style-src {HOST}{FOLDER}", f"style-src {HOST}{FOLDER}; style-src-elem 'self'"),
        ("img-src data:", "img-src 'self' data:"),
        ("img-src data:; ", ""),
        ("font-src 'none'", "font-src 'self'"),
        ("manifest-src 'none'", "manifest-src 'self'"),
        ("default-src 'none'", "default-src 'self'"),
        (f"worker-src {HOST}{FOLDER}", f"worker-src {HOST}{FOLDER} blob:"),
        ("connect-src 'self'", "connect-src *"),
        ("connect-src 'self'", "connect-src 'self'; media-src 'self'"),
        ("connect-src 'self'", "connect-src 'self'; report-uri https://evil.example"),
        ("base-uri 'none'; ", ""),
        ("form-action 'self'", "form-action *"),
        ("frame-ancestors 'none'", "frame-ancestors *"),
        ("require-trusted-types-for 'script'; ", ""),
        ("trusted-types veritally", "trusted-types veritally other"),
        ("trusted-types veritally", "trusted-types veritally 'allow-duplicates'"),
        ("trusted-types veritally", "trusted-types veritally; script-src-elem *"),
        ("trusted-types veritally", "trusted-types veritally; script-src *"),
        (POLICY, ""),
    ],
)
def test_a_weaker_policy_is_refused(old, new):
    assert old in POLICY
    with pytest.raises(WeakPolicy):
        check_policy(POLICY.replace(old, new), host=HOST, folder=FOLDER)
