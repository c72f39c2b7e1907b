# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shells of the pages that the booth's modules make, and the folder that those are served from."""

import gzip
import hashlib
import re

import pytest
from django.contrib.staticfiles.management.commands import collectstatic
from django.core.management import call_command

from tally.monitor.page import check_headers, check_policy, read_page
from tests.integration import office_world as office
from tests.integration.registration_world import prepare
from tests.integration.voting_world import NOW, open_world
from voting.models import Election
from voting.served_code import BOOTH, file_list
from voting.services import elections
from voting.states import State

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("vote", "check", "tested")
LINK = re.compile(r'<link rel="(stylesheet|modulepreload)"\s+href="([^"]+)"')
BLOB = re.compile(r'data-(manifest|key|opening)="([0-9a-f]{64})"')


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    return open_world(settings, tmp_path, monkeypatch)


def address(page):
    return f"/elections/spring/{page}/"


@pytest.mark.parametrize("page", PAGES)
def test_a_shell_has_one_script_and_nothing_inline(client, world, page):
    text = client.get(address(page)).content.decode()
    assert re.findall(r"<script[^>]*>", text) == [
        f'<script type="module" src="/static/booth/{BOOTH.digest()}/{page}.js">'
    ]
    assert not re.search(r"\son[a-z]+=|<style|\sstyle=|javascript:", text)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_shell_has_its_styles_and_modules_from_the_booths_folder(client, world, page, language):
    text = client.get(address(page), headers={"accept-language": language}).content.decode()
    folder = f"/static/booth/{BOOTH.digest()}/"
    links = LINK.findall(text)
    assert text.count("<link") == len(links) + 1  # the mark, which stands in the page itself
    assert {where.startswith(folder) for _, where in links} == {True}
    named = [where.removeprefix(folder) for _, where in links]
    assert len(named) == len(set(named))
    assert all((BOOTH.folder / name).is_file() for name in named)
    assert {"booth.css", "style/tokens.css", f"{page}.js", "worker.js", "engine/desk.js"} <= set(named)
    assert ("texts/ar.js" in named) == (language == "ar")
    assert ("style/vendor/bootstrap/bootstrap.rtl.min.css" in named) == (language == "ar")


@pytest.mark.parametrize("page", PAGES)
def test_a_shell_names_the_election_by_the_hashes_on_the_board(client, world, page):
    found = dict(BLOB.findall(client.get(address(page)).content.decode()))
    assert set(found) == {"manifest", "key", "opening"}
    for digest in found.values():
        blob = client.get(f"/board/spring/blob/{digest}")
        assert hashlib.sha256(b"".join(blob)).hexdigest() == digest


@pytest.mark.parametrize("page", PAGES)
def test_a_shell_is_not_stored_and_keeps_its_policy(client, world, page):
    response = client.get(address(page))
    assert "no-store" in response["Cache-Control"]
    policy = response["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        f"script-src testserver/static/booth/{BOOTH.digest()}/;",
        f"style-src testserver/static/booth/{BOOTH.digest()}/;",
        f"worker-src testserver/static/booth/{BOOTH.digest()}/;",
        "img-src data:;",
        "font-src 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types veritally",
    ):
        assert part in f"{policy};"
    assert "unsafe" not in policy
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("page", PAGES)
def test_without_javascript_there_is_a_clear_message(client, world, page):
    text = client.get(address(page)).content.decode()
    assert "This page needs JavaScript" in re.search(r"<noscript>.*?</noscript>", text, re.DOTALL)[0]


def test_before_voting_the_pages_say_when_it_opens(client, world):
    Election.objects.filter(pk=world.election.pk).update(state=State.FROZEN.value)
    for page in PAGES:
        text = client.get(address(page)).content.decode()
        assert "opens:" in text
        assert "<script" not in text


def test_after_voting_ballots_can_be_checked_and_not_cast(client, world):
    elections.close_election(world.election, now=NOW)
    voting = client.get(address("vote")).content.decode()
    assert "Voting is over" in voting
    assert 'data-state="checking"' in voting  # the module sends again what had no answer, and nothing else
    assert "One moment" not in voting
    assert "<script" in client.get(address("check")).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_draft_has_no_pages(client, world, page):
    Election.objects.filter(pk=world.election.pk).update(state=State.DRAFT.value)
    assert client.get(address(page)).status_code == 404
    assert client.get(f"/elections/nowhere/{page}/").status_code == 404


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "voting.staticfiles.HashedStaticFiles"}
    }
    call_command(collectstatic.Command(), interactive=False, verbosity=0)
    return tmp_path / "static"


def test_the_booth_is_served_byte_for_byte_under_its_digest(collected):
    folder = collected / "booth" / BOOTH.digest()
    assert file_list(BOOTH.folder) == (folder / "files.txt").read_text()
    for path in ("files.txt", *map(str, folder.rglob("*.gz"))):
        (folder / path).unlink()
    assert file_list(folder) == BOOTH.listing()
    assert not (collected / "voting" / "booth" / "worker.js").exists()


def test_compressed_copies_unpack_to_the_files_of_the_list(collected):
    folder = collected / "booth" / BOOTH.digest()
    copies = list(folder.rglob("*.gz"))
    assert {"vote.js.gz", "worker.js.gz", "booth.css.gz", "files.txt.gz"} <= {path.name for path in copies}
    for path in copies:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_no_style_sheet_of_the_booth_asks_for_anything():
    for path in BOOTH.folder.rglob("*.css"):
        text = path.read_text("utf-8")
        assert not re.search(r"url\((?![\"']?data:)|@import|@font-face|image-set\(", text), path


def test_a_style_sheet_is_served_in_one_place_only(collected):
    assert list(collected.glob("voting/*.css")) == []


def test_booths_of_earlier_releases_stay(collected, settings):
    earlier = collected / "booth" / ("ab" * 32) / "vote.js"
    earlier.parent.mkdir()
    earlier.write_text("// earlier\n")
    call_command(collectstatic.Command(), interactive=False, verbosity=0)
    assert earlier.exists()


@pytest.fixture
def earlier(collected, world):
    """A booth of an earlier release, which the board of the open election names."""
    made = collected / "made"
    made.mkdir()
    for page in PAGES:
        (made / f"{page}.js").write_text("// earlier\n")
    (made / "booth.css").write_text("")
    (made / "vote.js").write_text('// earlier\nimport { x } from "./old.js";\n')
    (made / "old.js").write_text('export { x } from "./lost.js";\n')
    listing = file_list(made)
    folder = made.rename(collected / "booth" / hashlib.sha256(listing.encode()).hexdigest())
    (folder / "files.txt").write_text(listing)
    Election.objects.filter(pk=world.election.pk).update(booth=folder.name)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_an_open_election_keeps_the_booth_that_its_board_names(client, earlier, page):
    text = client.get(address(page)).content.decode()
    assert f'src="/static/booth/{earlier.name}/{page}.js"' in text
    assert f'href="/static/booth/{earlier.name}/booth.css"' in text
    modules = [where for rel, where in LINK.findall(text) if rel == "modulepreload"]
    expected = ["vote.js", "old.js"] if page == "vote" else [f"{page}.js"]
    assert modules == [f"/static/booth/{earlier.name}/{name}" for name in expected]
    response = client.get(address(page))
    assert f"style-src testserver/static/booth/{earlier.name}/;" in f"{response['Content-Security-Policy']};"
    assert BOOTH.digest() not in text + response["Content-Security-Policy"]


def test_the_files_page_says_which_election_has_an_earlier_booth(client, earlier):
    text = client.get("/booth/").content.decode()
    assert "An earlier one, kept for it" in text
    assert f'href="/static/booth/{earlier.name}/files.txt"' in text


@pytest.mark.parametrize("lost", ["files.txt", "vote.js"])
def test_a_booth_that_is_not_whole_any_more_is_not_served(client, earlier, lost):
    (earlier / lost).unlink()
    assert f"/static/booth/{BOOTH.digest()}/vote.js" in client.get(address("vote")).content.decode()
    assert "Another one" in client.get("/booth/").content.decode()


def test_a_list_of_another_digest_is_not_believed(client, earlier):
    (earlier / "files.txt").write_text("")
    assert f"/static/booth/{BOOTH.digest()}/vote.js" in client.get(address("vote")).content.decode()


def test_any_change_of_the_folder_is_another_digest(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.js").write_text("1")
    (tmp_path / ".hidden").write_text("not part of it")
    first = file_list(tmp_path)
    assert first == f"{hashlib.sha256(b'1').hexdigest()}  sub/a.js\n"
    (tmp_path / "sub" / "a.js").write_text("2")
    assert file_list(tmp_path) != first


def test_the_files_page_lists_every_file_and_compares_with_the_boards(client, world):
    text = client.get("/booth/").content.decode()
    assert "worker.js" in text
    assert "The same" in text
    Election.objects.filter(pk=world.election.pk).update(booth="ab" * 32)
    assert "Another one" in client.get("/booth/").content.decode()


def test_the_opening_entry_names_the_booth_that_is_served(client, world):
    assert world.opened.opening.booth == BOOTH.digest()
    assert Election.objects.get(pk=world.election.pk).booth == BOOTH.digest()


@pytest.mark.parametrize("page", ["", "confirm/"])
def test_the_pages_of_the_registration_can_be_monitored(client, settings, tmp_path, monkeypatch, page):
    office.set_up(settings, tmp_path, monkeypatch)
    prepare()
    response = client.get(f"/elections/allotments/register/{page}")
    booth = read_page(response.content)
    assert booth.digest == BOOTH.digest()
    assert "register.css" in booth.files
    check_policy(response["Content-Security-Policy"], host="testserver", folder=booth.folder)
    check_headers(tuple((name.lower(), value) for name, value in response.items()))
