# SPDX-License-Identifier: AGPL-3.0-or-later
"""A booth's page may run one module of the booth, and nothing else."""

import pytest

from tally.monitor.errors import ForeignCode, WeakPolicy
from tally.monitor.page import check_policy, read_page

DIGEST = "ab" * 32
FOLDER = f"/static/booth/{DIGEST}/"
SCRIPT = f'<script type="module" src="{FOLDER}vote.js"></script>'
GOOD = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Vote</title>
<link rel="icon" href="/static/mark.svg"><link rel="stylesheet" href="/static/site.css"></head>
<body><a href="/">Veritally</a><a href="#content">Skip</a><form action="/language/" method="post"></form>
<noscript><p>No</p></noscript><svg viewBox="0 0 1 1"><path d="M0 0"></path></svg>{SCRIPT}</body></html>"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; worker-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types veritally"
)


def test_a_good_page_names_its_booth():
    booth = read_page(GOOD)
    assert (booth.folder, booth.digest, booth.file) == (FOLDER, DIGEST, "vote.js")


@pytest.mark.parametrize(
    "added",
    [
        "<script>alert(1)</script>",
        "<script src='/static/other.js'></script>",
        "<script type='module' src='/static/other.js'></script>",
        f"<script type='module' src='https://evil.example{FOLDER}vote.js'></script>",
        f"<script type='module' src='{FOLDER}../x.js'></script>",
        f"<script type='module' src='{FOLDER}vote.js'>alert(1)</script>",
        f"<script type='module' src='{FOLDER}vote.js' nonce='1'></script>",
        f"<script type='module' src='{FOLDER}check.js'></script>",
        "<script type='importmap'>{}</script>",
        "<p onclick='go()'>x</p>",
        "<svg onload='go()'></svg>",
        "<a href='javascript:go()'>x</a>",
        "<a href=' JaVaScRiPt:go()'>x</a>",
        "<a href='https://evil.example/'>x</a>",
        "<a href='//evil.example/'>x</a>",
        "<form action='https://evil.example/'></form>",
        "<button formaction='//evil.example/'>x</button>",
        "<iframe src='/x'></iframe>",
        "<iframe srcdoc='x'></iframe>",
        "<object data='x'></object>",
        "<embed src='/x'>",
        "<base href='/elsewhere/'>",
        "<meta http-equiv='refresh' content='0;url=/x'>",
        "<meta HTTP-EQUIV='Content-Security-Policy' content=''>",
        "<link rel='modulepreload' href='/x.js'>",
        "<link rel='import' href='/x'>",
        "<style>p { display: none }</style>",
        "<p style='display:none'>x</p>",
        "<img src='https://evil.example/x.png'>",
        "<a href='/' href='javascript:go()'>x</a>",
        "<a href='/' ping='/spy'>x</a>",
        "<template><script>alert(1)</script></template>",
    ],
)
def test_a_page_with_anything_more_is_refused(added):
    with pytest.raises(ForeignCode):
        read_page(GOOD.replace("</body>", f"{added}</body>"))


@pytest.mark.parametrize("text", ["", "<p>Closed for today</p>", GOOD.replace(SCRIPT, "")])
def test_a_page_without_the_booth_is_refused(text):
    with pytest.raises(ForeignCode):
        read_page(text)


def test_the_servers_own_policy_is_strong_enough():
    check_policy(POLICY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("script-src 'self'", "script-src 'self' https://evil.example"),
        ("script-src 'self'", "script-src *"),
        ("script-src 'self'; ", ""),
        ("default-src 'none'", "default-src 'self'"),
        ("worker-src 'self'", "worker-src 'self' blob:"),
        ("connect-src 'self'", "connect-src *"),
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
        check_policy(POLICY.replace(old, new))
