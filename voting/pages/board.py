# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election's board for people: browse it, look at an entry, find a ballot by its check code.

The machine's view of the same board is bulletin_board/views.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from bulletin_board import publisher
from bulletin_board.layout import blob_path
from bulletin_board.log.envelope import Envelope
from bulletin_board.log.policy import any_of
from bulletin_board.log.tiles import WIDTH, Tile
from bulletin_board.models import Entry
from tally.crypto.crockford import MAX_TYPED, Kind
from tally.crypto.errors import CryptoError, ForbiddenCodeCharacter, WrongCheckCharacter
from voting.models import Election
from voting.pages import ballots, records, roll_changes
from voting.pages.elections import frame
from voting.presenters.entries import EntryLine, entry_line
from voting.presenters.paging import window
from voting.presenters.payloads import readable
from voting.services.board import election_log


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail:
    """One entry in full; `payload` is None where it is too large to be shown."""

    line: EntryLine
    envelope: Envelope
    chain_hash: str
    blob: str
    tile: str
    payload: str | None
    receipt: str  # a tlog-proof


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of entries, the newest by default."""
    election = records.election_or_404(slug)
    size = records.size_of(election_log(election))
    page = window(size, request.GET.get("page", ""))
    if page is None:
        raise Http404
    lines = list(_lines(election, page.first, page.last))
    cosigned_at = records.cosigned_at(election, now=timezone.now())
    context = {**frame(election), "size": size, "page": page, "lines": lines, "cosigned_at": cosigned_at}
    return render(request, "voting/board.html", context)


@require_safe
def entry(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """One entry: its envelope, its payload for reading, and where the bytes themselves are."""
    election = records.election_or_404(slug)
    size = records.size_of(election_log(election))
    if seq >= size:
        raise Http404
    context = {**frame(election), "size": size, "entry": _detail(election, seq, size)}
    return render(request, "voting/entry.html", context)


@require_safe
def policy(_request: HttpRequest, slug: str) -> HttpResponse:
    """Whose signatures the manifest demands on every head: a file for verifiers, stations and mirrors.

    Made of the manifest, which proves it; the booth makes the same text by itself.
    """
    election = records.election_or_404(slug)
    keys = records.fixed(election).manifest.board
    text = any_of(keys.log, keys.witnesses, keys.quorum).to_bytes()
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{election.slug}.policy.txt"'
    return response


@require_safe
def receipt(_request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """The proof that an entry is on the board, under its latest signed head."""
    election = records.election_or_404(slug)
    log = election_log(election)
    if seq >= records.size_of(log):
        raise Http404
    response = HttpResponse(publisher.receipt(log, seq), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{election.slug}-{seq}.tlog-proof"'
    response["Cache-Control"] = "no-store"
    return response


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, slug: str) -> HttpResponse:
    """Find a ballot by its check code.

    The code comes in the body of a POST: in an address it would stay in the logs of this server and of every
    proxy, beside the voter's network address, and in the browser's history. For the same reason the answer
    is this page itself and no redirect to the entry, whose number would tell the logs as much as the code.
    """
    election = records.election_or_404(slug)
    if request.method != "POST":
        return redirect("election-board", slug=slug)
    size = records.size_of(election_log(election))
    typed = request.POST.get("code", "")[: MAX_TYPED + 1]
    context: dict[str, object] = {**frame(election), "size": size, "typed": typed}
    try:
        found = ballots.find(election, typed, size=size)
    except CryptoError as error:
        context["error"] = _explanation(error)
        if _is_secret(error):
            context["typed"] = ""  # not shown to the next who reads this screen
        return render(request, "voting/find.html", context)
    context["entries"] = [_detail(election, seq, size) for seq in found]
    return render(request, "voting/find.html", context)


def _lines(election: Election, first: int, last: int) -> Iterator[EntryLine]:
    marks = ballots.marks(election, first, last)
    changes = roll_changes.marks(election, first, last)
    rows = Entry.objects.filter(log=election_log(election), seq__range=(first, last)).order_by("-seq")
    for data in rows.values_list("envelope", flat=True):
        envelope = Envelope.from_bytes(bytes(data))
        yield entry_line(envelope, marks.get(envelope.seq), changes.get(envelope.seq))


def _detail(election: Election, seq: int, size: int) -> EntryDetail:
    row = Entry.objects.select_related("payload", "log").get(log=election_log(election), seq=seq)
    envelope = Envelope.from_bytes(bytes(row.envelope))
    first = seq // WIDTH * WIDTH
    return EntryDetail(
        line=entry_line(
            envelope,
            ballots.marks(election, seq, seq).get(seq),
            roll_changes.marks(election, seq, seq).get(seq),
        ),
        envelope=envelope,
        chain_hash=bytes(row.chain_hash).hex(),
        blob=blob_path(envelope.payload_sha256),
        tile=Tile(level=None, index=seq // WIDTH, width=min(WIDTH, size - first)).to_path(),
        payload=readable(bytes(row.payload.data)),
        receipt=publisher.receipt(row.log, seq).decode(),
    )


def _is_secret(error: CryptoError) -> bool:
    return isinstance(error, WrongCheckCharacter) and error.computed is Kind.VOTING


def _explanation(error: CryptoError) -> Promise:
    if _is_secret(error):
        return _(
            "This looks like the code that you vote with. Nobody needs it to find a ballot, and now this"
            " server has seen it: tell the people who run the election, who can give you another."
        )
    if isinstance(error, WrongCheckCharacter):
        return _("One or more characters are wrong, or have changed places. Compare the code group by group.")
    if isinstance(error, ForbiddenCodeCharacter):
        return _("There is a character in it that check codes do not use.")
    return _("A check code has six groups of four characters, and one character more.")
