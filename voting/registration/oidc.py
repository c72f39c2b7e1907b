# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in at the voters' identity provider: OpenID Connect, code flow with state, nonce and PKCE.

The protocol is Authlib's. Of all that a provider says, issuer, subject and a verified address are kept.
Sources: OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9700.
"""

from types import SimpleNamespace
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest
from joserfc.errors import JoseError
from requests import RequestException

from bulletin_board.codec.canonical import encode
from bulletin_board.errors import BoardError
from voting.registration.errors import SignInFailed, SignInUnavailable
from voting.registration.intake import SignedIn, is_address
from voting.registration.sessions import VoterSession

_NAME = "voters"  # of the client; Authlib keeps the states of sign-ins under it
_DISCOVERY = "/.well-known/openid-configuration"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_MAX_NAME = 255  # OpenID Connect Core, section 2
_PATIENCE = 10  # s
_FAILURES = (
    AuthlibBaseError,
    JoseError,
    RequestException,
    BoardError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
)


def is_available() -> bool:
    """Whether this server has an identity provider for voters."""
    return bool(settings.VERITALLY_VOTER_OIDC_ISSUER)


def address_of_provider(store: VoterSession, redirect_uri: str) -> str:
    """Return where to send the voter; what proves their return to be theirs is put into the session.

    Raises SignInUnavailable, SignInFailed.
    """
    try:
        answer = _client().authorize_redirect(_seen(store), redirect_uri)
    except _FAILURES as error:
        raise SignInFailed(f"the identity provider is not to be used: {type(error).__name__}") from error
    return str(answer.url)


def is_awaited(request: HttpRequest, store: VoterSession) -> bool:
    """Whether a return is that of the sign-in which this very browser has begun, and not finished."""
    return f"_state_{_NAME}_{request.GET.get('state', '')}" in store


def person_returned(request: HttpRequest, store: VoterSession) -> SignedIn:
    """Return who came back from the provider. Raises SignInUnavailable, SignInFailed."""
    try:
        token = _client().authorize_access_token(_seen(store, request), claims_options=_expected())
        return _person(token["userinfo"])
    except _FAILURES as error:
        raise SignInFailed(f"no proof of who this is: {type(error).__name__}") from error


def _client() -> Any:
    """Return a client that has read the provider's own description."""
    if not is_available():
        raise SignInUnavailable("no identity provider")
    issuer = settings.VERITALLY_VOTER_OIDC_ISSUER
    client = OAuth().register(
        _NAME,
        client_id=settings.VERITALLY_VOTER_OIDC_CLIENT_ID,
        client_secret=settings.VERITALLY_VOTER_OIDC_CLIENT_SECRET,
        server_metadata_url=issuer.rstrip("/") + _DISCOVERY,
        client_kwargs={
            "scope": "openid email",
            "code_challenge_method": "S256",
            "default_timeout": _PATIENCE,
            "trust_env": False,
        },
    )
    described = client.load_server_metadata()
    if described.get("issuer") != issuer:
        raise ValueError("another issuer")
    offered = described.get("id_token_signing_alg_values_supported") or ["RS256"]
    usable = [name for name in _ALGORITHMS if name in offered]
    if not usable:  # an empty list would mean whatever the library takes
        raise ValueError("no signature that shows who made a token")
    described["id_token_signing_alg_values_supported"] = usable
    return client


def _expected() -> dict[str, dict[str, object]]:
    """Return what a token must say: this issuer, and that it is for this server and nobody else."""
    client = settings.VERITALLY_VOTER_OIDC_CLIENT_ID
    return {
        "iss": {"essential": True, "value": settings.VERITALLY_VOTER_OIDC_ISSUER},
        "aud": {"essential": True, "validate": lambda _claims, named: named in (client, [client])},
    }


def _seen(store: VoterSession, request: HttpRequest | None = None) -> SimpleNamespace:
    """Return the request as Authlib reads it, with the voter's session in place of the officials'."""
    return SimpleNamespace(session=store, method="GET", GET=request.GET if request else {})


def _person(claims: Any) -> SignedIn:
    issuer, subject, address = claims["iss"], claims["sub"], claims.get("email")
    for name in (issuer, subject):
        if not isinstance(name, str) or not 0 < len(name) <= _MAX_NAME:
            raise ValueError("no name")
        encode(name)  # refuses what no record can hold
    # Not of other letters: the small one of the Kelvin sign is an ordinary k, in somebody else's address.
    spelt = address.lower() if isinstance(address, str) and address.isascii() else ""
    is_verified = claims.get("email_verified") is True and is_address(spelt)
    return SignedIn(issuer=issuer, subject=subject, address=spelt if is_verified else "")
