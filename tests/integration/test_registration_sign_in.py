# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in at an identity provider: what does not prove who came back signs nobody in."""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.integrations.django_client import DjangoOAuth2App
from django.contrib.sessions.models import Session
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.integration import office_world as office
from tests.integration.registration_world import prepare
from voting.registration import sessions

pytestmark = pytest.mark.django_db(transaction=True)
ISSUER, CLIENT_ID, SECRET = "https://id.example.org", "veritally", "a secret of 32 octets or more, for HS256"
PAGE = "/elections/allotments/register/"
BACK = "/register/signed-in/"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "jwks": {"keys": [KEY.as_dict(private=False)]},
    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],  # a careless provider
}


class Provider:
    """What an identity provider answers; `sent` is what it was sent."""

    def __init__(self) -> None:
        self.metadata = dict(METADATA)
        self.make = signed
        self.changes: dict[str, object] = {}
        self.nonce = ""
        self.sent: list[dict[str, str]] = []

    def token(self, **sent) -> dict[str, str]:
        self.sent.append(sent)
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": "1234",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "nonce": self.nonce,
            "email": "Ada@example.org",
            "email_verified": True,
        } | self.changes
        said = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.make(said)}


def signed(claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)


def signed_by_somebody_else(claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, OTHER_KEY)


def signed_with_the_shared_secret(claims) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


def signed_with_the_public_key(claims) -> str:
    public = OctKey.import_key(KEY.as_pem(private=False))
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, public, algorithms=["HS256"])


def unsigned(claims) -> str:
    parts = ({"alg": "none"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts)
        + "."
    )


def without_signature(claims) -> str:
    return signed(claims).rpartition(".")[0] + "."


@pytest.fixture
def provider(settings, monkeypatch):
    settings.VERITALLY_VOTER_OIDC_ISSUER = ISSUER
    settings.VERITALLY_VOTER_OIDC_CLIENT_ID = CLIENT_ID
    settings.VERITALLY_VOTER_OIDC_CLIENT_SECRET = SECRET
    provider = Provider()

    def described(app):
        app.server_metadata.update(
            {k: v for k, v in provider.metadata.items() if k not in app.server_metadata}
        )
        return app.server_metadata

    monkeypatch.setattr(DjangoOAuth2App, "load_server_metadata", described)
    monkeypatch.setattr(DjangoOAuth2App, "fetch_jwk_set", lambda *_, **__: provider.metadata["jwks"])
    monkeypatch.setattr(DjangoOAuth2App, "fetch_access_token", lambda _app, **sent: provider.token(**sent))
    prepare()
    return provider


def begin(client, **headers) -> dict[str, str]:
    """Begin a sign-in; return what the provider is asked for."""
    address = client.post(f"{PAGE}sign-in", **headers).json()["address"]
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def come_back(client, provider, **changes):
    """Sign in, and return from the provider; `changes` are those of the return's address."""
    asked = begin(client)
    provider.nonce = asked["nonce"]
    return client.get(BACK, {"code": "c", "state": asked["state"]} | changes)


def person(client):
    request = type("Request", (), {"COOKIES": {name: one.value for name, one in client.cookies.items()}})
    return sessions.person_of(request, "allotments")


def is_refused(client, answer) -> bool:
    return answer["Location"] == f"{PAGE}?sign-in=failed" and person(client) is None


def test_who_comes_back_is_signed_in(client, provider):
    assert come_back(client, provider)["Location"] == PAGE
    found = person(client)
    assert (found.issuer, found.subject, found.address) == (ISSUER, "1234", "ada@example.org")


def test_the_provider_is_asked_with_state_nonce_and_a_challenge(client, provider):
    asked = begin(client)
    assert asked["code_challenge_method"] == "S256"
    assert min(map(len, (asked["state"], asked["nonce"], asked["code_challenge"]))) >= 20
    client.get(BACK, {"code": "c", "state": asked["state"]})
    assert len(provider.sent[0]["code_verifier"]) >= 43


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "other"},
        {"aud": "other", "azp": CLIENT_ID},
        {"aud": ["other"], "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID},
        {"aud": [CLIENT_ID, "other"]},
        {"aud": []},
        {"aud": None},
        {"azp": "other"},
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"iat": 2**33},
        {"nbf": 2**33},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\u202eb"},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
def test_a_token_that_says_something_else_is_refused(client, provider, changes):
    provider.changes = changes
    assert is_refused(client, come_back(client, provider))


@pytest.mark.parametrize(
    "make",
    [
        unsigned,
        without_signature,
        signed_by_somebody_else,
        signed_with_the_shared_secret,
        signed_with_the_public_key,
        lambda _claims: "",
        lambda _claims: "a.b.c",
    ],
)
def test_a_token_without_the_providers_signature_is_refused(client, provider, make):
    provider.make = make
    assert is_refused(client, come_back(client, provider))


def test_an_answer_without_a_token_is_refused(client, provider, monkeypatch):
    monkeypatch.setattr(provider, "token", lambda **_sent: {"access_token": "x"})
    assert is_refused(client, come_back(client, provider))


@pytest.mark.parametrize(
    "changes", [{"state": "another"}, {"state": ""}, {"error": "access_denied"}, {"error": "x", "state": ""}]
)
def test_a_return_with_another_state_or_an_error_is_refused(client, provider, changes):
    assert is_refused(client, come_back(client, provider, **changes))
    assert provider.sent == []


def test_a_return_in_another_browser_signs_nobody_in(client, provider):
    asked = begin(client)
    provider.nonce = asked["nonce"]
    other = Client()
    back = {"code": "c", "state": asked["state"]}
    assert other.get(BACK, back).status_code == 404
    begin(other)
    assert is_refused(other, other.get(BACK, back))


def test_a_return_works_once(client, provider):
    asked = begin(client)
    provider.nonce = asked["nonce"]
    back = {"code": "c", "state": asked["state"]}
    first = client.cookies[sessions.cookie_name()].value
    assert client.get(BACK, back)["Location"] == PAGE
    assert client.cookies[sessions.cookie_name()].value != first
    assert client.get(BACK, back)["Location"] == PAGE  # as it was: signed in once
    assert person(client).subject == "1234"
    client.cookies[sessions.cookie_name()] = first  # as somebody who has stolen the address and the cookie
    assert client.get(BACK, back).status_code == 404
    assert len(provider.sent) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": 1},
        {"email_verified": None},
        {"email": None},
        {"email": "ada"},
        {"email": "ada@a.org,eve@b.org"},
        {"email": ["ada@example.org"]},
        {"email": "mi\u212ae@example.org"},  # the Kelvin sign, whose small letter is an ordinary k
        {"email": "\uff41da@example.org"},
        {"email": "ada@example.org\n"},
    ],
)
def test_an_address_that_the_provider_does_not_vouch_for_is_not_kept(client, provider, changes):
    provider.changes = changes
    come_back(client, provider)
    assert person(client).address == ""


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "https://evil.example"}, {"id_token_signing_alg_values_supported": ["none", "HS256"]}],
)
def test_a_provider_that_describes_itself_otherwise_is_not_used(client, provider, changes):
    provider.metadata |= changes
    assert client.post(f"{PAGE}sign-in").status_code == 502


@pytest.mark.parametrize("host", ["testserver", "localhost"])
def test_where_voters_return_to_is_not_the_hosts_to_say(client, provider, settings, host):
    asked = begin(client, HTTP_HOST=host, HTTP_X_FORWARDED_HOST="evil.example")
    assert asked["redirect_uri"] == f"{settings.VERITALLY_BASE_URL}{BACK}"


def test_a_refusal_of_the_provider_leaves_no_session(client, provider):
    come_back(client, provider, error="access_denied")
    assert not Session.objects.exists()


STRANGERS = [{}, {"state": "another"}, {"error": "access_denied"}, {"code": "c", "state": "another"}]


@pytest.mark.parametrize("link", STRANGERS)
def test_a_strangers_link_signs_nobody_out(client, provider, link):
    come_back(client, provider)
    assert client.get(BACK, link)["Location"] == PAGE
    assert person(client).subject == "1234"
    assert len(provider.sent) == 1


@pytest.mark.parametrize("link", STRANGERS)
def test_a_strangers_link_does_not_break_a_sign_in_that_is_under_way(client, provider, link):
    asked = begin(client)
    provider.nonce = asked["nonce"]
    assert is_refused(client, client.get(BACK, link))
    assert client.get(BACK, {"code": "c", "state": asked["state"]})["Location"] == PAGE
    assert person(client).subject == "1234"


def test_a_voters_session_is_nobodys_log_in_and_an_officials_no_voters(client, provider, settings):
    come_back(client, provider)
    voters = client.cookies[sessions.cookie_name()].value
    intruder = Client()
    intruder.cookies[settings.SESSION_COOKIE_NAME] = voters
    assert intruder.get("/office/")["Location"].startswith("/office/log-in/")
    assert "voter" not in intruder.session
    official = Client()
    official.force_login(office.official())
    session = official.session
    session["voter"] = {"issuer": ISSUER, "subject": "1234", "address": ""}
    session["election"] = "allotments"
    session.save()
    voter = Client()
    voter.cookies[sessions.cookie_name()] = session.session_key
    assert person(voter) is None
    assert voter.get(BACK, {"code": "c", "state": "x"}).status_code == 404


def test_who_logs_in_under_a_voters_session_takes_nothing_of_it_along(client, provider, settings):
    come_back(client, provider)
    official = Client()
    official.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[sessions.cookie_name()].value
    office.official()
    official.post("/office/log-in/", {"username": "olga", "password": office.PASSWORD})
    assert set(official.session.keys()).isdisjoint({"voter", "election"})
    assert official.get("/office/").status_code == 200


def test_who_is_signed_in_for_one_election_is_not_for_another(client, provider):
    prepare("other")
    come_back(client, provider)
    answer = client.post("/elections/other/register/as-signed-in", b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


def test_who_has_signed_out_is_signed_out_everywhere(client, provider):
    come_back(client, provider)
    kept = client.cookies[sessions.cookie_name()].value
    assert client.get(f"{PAGE}sign-out").status_code == 405
    client.post(f"{PAGE}sign-out")
    client.cookies[sessions.cookie_name()] = kept
    assert person(client) is None


def test_a_sign_in_takes_no_session_that_somebody_else_has_chosen(provider):
    chosen = sessions.begin("allotments")
    chosen.save()
    client = Client()
    client.cookies[sessions.cookie_name()] = chosen.session_key
    begin(client)
    assert client.cookies[sessions.cookie_name()].value != chosen.session_key


def test_without_a_provider_nobody_signs_in(client):
    prepare()
    assert client.post(f"{PAGE}sign-in").status_code == 404
