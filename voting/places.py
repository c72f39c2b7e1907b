# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a request comes from, for the limits on how often one place may ask; nothing else may use it.

The web server's word for it is the address that it was connected from. Behind proxies that is a proxy's, or
none at all on a socket file; each proxy has then added whom it was asked by to X-Forwarded-For, and only as
many of its last entries can be believed as there are proxies of ours (docs/operations.md). An address of
this machine itself is a proxy's, too, except where nobody else is served (VERITALLY_LOCAL).
"""

import logging
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

from voting.rarely import Rarely

_SITE_BITS = 64  # of an IPv6 address: whoever has one of these addresses has all of them
_IPV6_BITS = 128
_log = logging.getLogger(__name__)
_rarely = Rarely(timedelta(minutes=1))


def place_of(request: HttpRequest) -> str:
    """Return the client's IPv4 address or IPv6 /64 network; "" if it is unknown.

    Those whose place is unknown share no limit: a stranger could use it up for everybody.
    """
    place = _place(_named(request))
    if not place and _rarely.is_time():
        _log.warning("client_place_unknown")  # VERITALLY_TRUSTED_PROXIES does not fit the proxies there are
    return place


def _named(request: HttpRequest) -> str:
    """What names the client: the address of the connection, or the entry that our outermost proxy made."""
    hops: int = settings.VERITALLY_TRUSTED_PROXIES
    if hops == 0:
        return str(request.META.get("REMOTE_ADDR", ""))
    entries = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    return entries[-hops].strip() if len(entries) >= hops else ""


def _place(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback and not settings.VERITALLY_LOCAL:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    shift = _IPV6_BITS - _SITE_BITS
    return f"{IPv6Address(int(address) >> shift << shift)}/{_SITE_BITS}"
