# SPDX-License-Identifier: AGPL-3.0-or-later
"""The code at the voting page: typed, in a link, in a backup file; and whose choices are shown."""

import json
from base64 import urlsafe_b64decode

import pytest
from playwright.sync_api import expect

from tally.registrar.codes import parse_voting_code
from tally.registrar.derivation import derive_credential
from tests.browser.polling_place import REVOKED, code, fresh_code
from tests.browser.voters import ADA, Voter
from tests.simulator import ELECTION_ID

pytestmark = pytest.mark.servers


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "A code has 25 characters."),
        ("ABCD", "This has 4."),
        ("U232-SZ9G-86R0-M5VS-BWB1-HE8X-0", "Character 1 "),
        ("X232-SZ9G-86R0-M5VS-BWB1-HE8X-1", "wrong or have changed places"),
        ("0000-0000-0000-0000-0000-0000-J", "not on the list of voters"),
    ],
)
def test_a_wrong_code_is_explained(at, typed, said):
    one = at("choose-one").enter(typed)
    expect(one.page.get_by_role("alert")).to_contain_text(said)
    assert one.page.locator("#code").input_value() == typed
    expect(one.page.locator("#code")).to_have_attribute("aria-invalid", "true")
    expect(one.page.locator("#code-error")).to_contain_text(said)


def test_a_link_is_pasted_in_the_place_of_the_code(at):
    typed = fresh_code()
    one = at("choose-one").enter(f"Your link: https://vote.example.org/elections/mayor/vote/#{typed}")
    one.has_banner("not-voted")
    one.page.reload()
    pin = "".join(one.page.locator("#fingerprint span").all_inner_texts())
    at("choose-one").enter(f"{one.address}#{typed}.{pin}").has_banner("not-voted")


@pytest.mark.parametrize("pin", ["0" * 12, "c9b6"])
def test_a_pasted_link_to_another_election_is_refused_before_anything_is_asked(at, pin):
    one = at("choose-one").enter(f"https://vote.example.org/vote/#{fresh_code()}.{pin}")
    expect(one.page.locator("h1")).to_have_text("This is another election")
    assert not [address for address in one.asked if "credentials/find" in address]


def test_before_the_code_is_given_nothing_is_said_about_earlier_ballots(at):
    one = at("choose-one")
    one.page.goto(one.address)
    one.has_banner("not-known").enter(fresh_code()).has_banner("not-voted")


def test_who_has_cast_every_ballot_and_comes_back_is_told_which_one_counts(at):
    typed = fresh_code()
    one = at("strict").enter(typed).choose("Ada Novak").go_on().choose("Dora Lang").go_on()
    one.give(option_0=6, option_1=4).go_on().cast().has_voted()
    shown = one.check_code
    back = at("strict").enter(typed).has_voted()
    assert (back.heading, back.check_code, back.kept) == ("You have voted", shown, {})
    expect(back.page.get_by_text("Not counted")).to_have_count(0)
    back.page.locator("#other").click()
    expect(back.page.locator("#code")).to_have_value("")


def marked(one: Voter) -> int:
    expect(one.page.locator("#option-0")).to_be_visible()
    return one.page.locator("input:checked").count()


def go_on_with(one: Voter, typed: str) -> Voter:
    """Give the code that a link has filled in."""
    expect(one.page.locator("#code")).to_have_value(typed)
    one.page.get_by_role("button", name="Continue").click()
    return one


def test_the_next_voter_in_the_tab_sees_nothing_of_the_last_ones_choices(at):
    first, second = fresh_code(), fresh_code()
    one = at("choose-one").enter(first).choose(ADA)
    assert marked(one.enter(second)) == 0  # after a reload
    one.choose("Ewan MacLeod").go_on()
    expect(one.page.locator("#cast")).to_be_visible()
    assert marked(go_on_with(one.follow(first), first)) == 0  # in the page as it stands


@pytest.mark.parametrize("step", ["choose", "review", "confirmed"])
def test_a_link_with_another_code_is_followed_at_every_step(at, step):
    first, second = fresh_code(), fresh_code()
    one = at("choose-one").enter(first).choose(ADA)
    if step != "choose":
        one.go_on()
        expect(one.page.locator("#cast")).to_be_visible()
    if step == "confirmed":
        one.cast().has_voted()
    go_on_with(one.follow(second), second)
    assert marked(one) == 0
    assert one.page.url == one.address
    one.choose("Imani Barasa").go_on().cast().has_voted()
    assert signer(one) == key_of(second)


def test_another_voter_can_go_on_in_the_same_tab_without_a_link(at):
    second = fresh_code()
    one = at("choose-one").enter(fresh_code()).choose(ADA).go_on().cast().has_voted()
    one.page.locator("#other").click()
    expect(one.page.locator("#code")).to_have_value("")
    one.page.locator("#code").fill(second)
    one.page.get_by_role("button", name="Continue").click()
    assert marked(one) == 0
    one.choose(ADA).go_on().cast().has_voted()
    assert signer(one) == key_of(second)


def key_of(typed: str) -> str:
    return derive_credential(parse_voting_code(typed), ELECTION_ID).key.hex()


def signer(one: Voter) -> str:
    """The credential of the ballot that was sent last."""
    return urlsafe_b64decode(json.loads(one.sent[-1])["ballot"]["credential"] + "=").hex()


# Every question about how a code stands waits until `release` is called; the oldest is answered last.
HELD = """
  const plain = globalThis.fetch;
  globalThis.held = [];
  globalThis.fetch = (address, options) => {
    if (!String(address).includes("credentials")) return plain(address, options);
    return new Promise((resolve) => globalThis.held.push(() => resolve(plain(address, options))));
  };"""


@pytest.mark.parametrize("order", ["first first", "last first"])
def test_of_two_codes_in_quick_succession_the_last_one_votes(at, order):
    first, second = fresh_code(), fresh_code()
    one = at("choose-one")
    one.page.add_init_script(HELD)
    one.enter(first)
    one.wait_until(lambda: one.page.evaluate("held.length") == 1)
    one.page.locator("#code").fill(second)
    one.page.get_by_role("button", name="Continue").click()
    one.wait_until(lambda: one.page.evaluate("held.length") == 2)
    one.page.evaluate(
        "isReversed => (isReversed ? held.reverse() : held).forEach((go) => go())", order == "last first"
    )
    one.choose(ADA).go_on().cast().has_voted()
    assert signer(one) == key_of(second)


def test_a_code_that_could_not_be_looked_at_is_not_marked_as_wrong_and_a_wrong_backup_is(at):
    one = at("choose-one")
    one.page.route("**/credentials/find", lambda route: route.abort())
    one.enter(fresh_code())
    expect(one.page.get_by_role("alert")).to_contain_text("could not be asked")
    assert one.page.locator("[aria-invalid]").count() == 0
    one.page.locator("summary").click()
    file = {"name": "x.json", "mimeType": "application/json", "buffer": b"{}"}
    one.page.locator("#backup").set_input_files(file)
    one.page.locator("#passphrase").fill("a long passphrase of mine")
    one.page.get_by_role("button", name="Open the backup").click()
    expect(one.page.locator("#backup")).to_have_attribute("aria-invalid", "true")
    assert one.page.locator("[aria-invalid]").count() == 1


def test_a_late_failure_is_not_said_on_another_step(at):
    one = at("choose-one")
    one.page.add_init_script(
        HELD.replace("resolve(plain(address, options))", "resolve(Promise.reject(new TypeError()))")
    )
    one.enter(fresh_code())
    one.wait_until(lambda: one.page.evaluate("held.length") == 1)
    second = fresh_code()
    one.follow(second)
    expect(one.page.locator("#code")).to_have_value(second)
    one.page.evaluate("held[0]()")
    one.page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    expect(one.page.get_by_role("alert")).to_have_count(0)


def test_codes_that_the_server_made_are_said_to_be_the_weaker_choice(at):
    one = at("choose-one")
    one.page.goto(one.address)
    expect(one.page.locator("#code")).to_be_visible()
    expect(one.page.get_by_text("the weaker choice")).to_have_count(0)
    one = at("mailed")
    one.page.goto(one.address)
    expect(one.page.get_by_text("the weaker choice")).to_be_visible()


def test_a_revoked_code_is_explained_with_the_registrars_reason(at):
    one = at("changed").enter(code(REVOKED))
    expect(one.page.get_by_role("alert")).to_contain_text("The registrar has revoked this code")
    expect(one.page.get_by_role("alert")).to_contain_text("“A letter was lost in the post.”")
    assert one.said == []


def test_a_server_cannot_pretend_that_the_registrar_revoked_a_code(at):
    answers = []

    def overheard(route):
        answer = route.fetch()
        answers.append(answer.json())
        route.fulfill(response=answer)

    revoked = at("changed")
    revoked.page.route("**/elections/*/credentials/**", overheard)
    revoked.enter(code(REVOKED))
    expect(revoked.page.get_by_role("alert")).to_contain_text("has revoked this code")
    [truth] = answers
    pretended = {"on_roll": False, "revoked": truth["revoked"]}
    one, typed = at("changed"), code(REVOKED + 1)
    one.page.route(
        "**/elections/*/credentials/**", lambda route: route.fulfill(json=route.fetch().json() | pretended)
    )
    one.enter(typed)
    expect(one.page.get_by_role("alert")).to_contain_text("does not hold")
    expect(one.page.get_by_text("has revoked this code")).to_have_count(0)
    one.page.locator("#ongoing").click()
    one.choose(ADA).go_on().cast().has_voted()


def test_a_link_fills_in_the_code_and_leaves_the_address(at):
    one, typed = at("choose-one"), fresh_code()
    one.page.goto(f"{one.address}#{typed}")
    expect(one.page.locator("#code")).to_have_value(typed)
    assert one.page.url == one.address
    assert typed not in json.dumps(one.kept)


SEAL = """async ([module, digits, passphrase, election]) => {
  const { sealBackup } = await import(module);
  const { fromHex } = await import(module.replace('credentials/backup.js', 'octets.js'));
  return [...await sealBackup(fromHex(digits), passphrase, election)];
}"""


PASSPHRASE = "a long walk by the sea"


def backup_of(one: Voter, typed: str) -> dict[str, object]:
    """A backup file as the page for making codes writes it."""
    one.page.goto(one.address)
    module = (
        one.page.locator("script[type=module]")
        .get_attribute("src")
        .replace("vote.js", "credentials/backup.js")
    )
    arguments = [module, parse_voting_code(typed).hex(), PASSPHRASE, ELECTION_ID]
    content = bytes(one.page.evaluate(SEAL, arguments))
    return {"name": "backup.json", "mimeType": "application/json", "buffer": content}


def test_a_backup_file_and_its_passphrase_are_as_good_as_the_code(at):
    one = at("choose-one")
    file = backup_of(one, fresh_code())
    one.page.get_by_text("I have a backup file instead").click()
    one.page.get_by_label("Backup file").set_input_files([file])
    one.page.get_by_role("button", name="Open the backup").click()
    expect(one.page.get_by_role("alert")).to_contain_text("Type the passphrase")
    one.page.get_by_role("alert").get_by_role("link").click()
    expect(one.page.locator("#passphrase")).to_be_focused()
    one.page.get_by_label("Passphrase").fill("another one altogether")
    one.page.get_by_role("button", name="Open the backup").click()
    expect(one.page.get_by_role("alert")).to_contain_text("The passphrase is another one")
    one.page.get_by_label("Passphrase").fill(PASSPHRASE)
    one.page.get_by_role("button", name="Open the backup").click()
    one.choose(ADA).go_on().cast().has_voted()


def test_what_is_no_backup_file_is_said_to_be_none(at):
    one = at("choose-one")
    one.page.goto(one.address)
    one.page.get_by_text("I have a backup file instead").click()
    one.page.get_by_role("button", name="Open the backup").click()
    expect(one.page.get_by_role("alert")).to_contain_text("Choose the backup file")
    one.page.get_by_role("alert").get_by_role("link").click()
    expect(one.page.locator("#backup")).to_be_focused()
