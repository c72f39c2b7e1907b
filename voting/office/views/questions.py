# SPDX-License-Identifier: AGPL-3.0-or-later
"""Questions: the list, add, edit, reorder, delete, and a preview as a voter reads it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from voting.management.refusals import REFUSALS
from voting.models import Election
from voting.office import actions, sketch
from voting.office.access import by, for_own_election
from voting.office.errors import UnknownQuestion
from voting.office.forms.fields import NAMES
from voting.office.forms.question import KINDS, KindForm, QuestionForm
from voting.office.preview import preview_of
from voting.office.trail import Action
from voting.office.views.frame import UNPROCESSABLE, done, form_page, page, reader_of, refused
from voting.presenters.said import Reader
from voting.states import Action as Step
from voting.states import after

_METHODS = ["GET", "HEAD", "POST"]


@for_own_election
@require_safe
def questions(request: HttpRequest, election: Election) -> HttpResponse:
    """All questions in order, with what can be done to each."""
    return page(request, election, "questions", _list(election))


@for_own_election
@require_http_methods(_METHODS)
def add(request: HttpRequest, election: Election) -> HttpResponse:
    """Choose the kind of a new question."""
    form = KindForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return redirect("office:question-new", election.slug, form.cleaned_data["kind"])
    return form_page(request, election, "question_kind", form, {"kinds": KINDS})


@for_own_election
@require_http_methods(_METHODS)
def new(request: HttpRequest, election: Election, kind: str) -> HttpResponse:
    """Write a new question of one kind."""
    if kind not in {one.name for one in KINDS}:
        raise Http404
    return _edit(request, election, kind, None)


@for_own_election
@require_http_methods(_METHODS)
def edit(request: HttpRequest, election: Election, contest: str) -> HttpResponse:
    """Change a question."""
    known = _known(election, contest)
    return _edit(request, election, str(known["kind"]), known)


@for_own_election
@require_http_methods(_METHODS)
def delete(request: HttpRequest, election: Election, contest: str) -> HttpResponse:
    """Delete a question, after asking."""
    known = _known(election, contest)
    reader = reader_of(election)
    context = {"question": preview_of(known, reader)}
    try:
        after(election.where, Step.EDIT)
        if request.method != "POST":
            return page(request, election, "question_delete", context)
        actions.revise(
            election,
            by(request),
            Action.QUESTION_DELETE,
            lambda draft: sketch.without_question(draft, contest),
        )
    except REFUSALS as error:
        return refused(request, election, "question_delete", error, context)
    return done(request, election, _("The question is deleted."), "office:questions")


@for_own_election
@require_POST
def move(request: HttpRequest, election: Election, contest: str) -> HttpResponse:
    """Move a question one place up."""
    try:
        actions.revise(
            election,
            by(request),
            Action.QUESTION_MOVE,
            lambda draft: sketch.with_question_earlier(draft, contest),
        )
    except REFUSALS as error:
        return refused(request, election, "questions", error, _list(election))
    return done(request, election, _("The question is one place further up."), "office:questions")


@for_own_election
@require_safe
def preview(request: HttpRequest, election: Election) -> HttpResponse:
    """All questions as a voter reads them, in one of the election's languages."""
    languages = sketch.languages_of(dict(election.draft))
    wanted = request.GET.get("language", languages[0])
    chosen = wanted if wanted in languages else languages[0]
    reader = Reader(preferred=chosen, languages=languages)
    shown = [preview_of(contest, reader) for contest in sketch.contests_of(dict(election.draft))]
    tabs = [(tag, NAMES.get(tag, tag)) for tag in languages]
    return page(
        request, election, "preview", {"previews": shown, "chosen": chosen, "tabs": tabs, "reader": reader}
    )


def _edit(request: HttpRequest, election: Election, kind: str, known: sketch.Sketch | None) -> HttpResponse:
    draft = dict(election.draft)
    taken = [str(contest["id"]) for contest in sketch.contests_of(draft)]
    typed = request.POST.dict() if request.method == "POST" else None
    form = QuestionForm(kind, sketch.languages_of(draft), known, typed, taken)
    context = {"form": form, "is_new": known is None}
    try:
        after(election.where, Step.EDIT)
        if typed is not None and typed.get("do", "save") != "save":
            again = form.rearranged(typed["do"])
            return page(request, election, "question", {**context, "form": again})
        if typed is None:
            return page(request, election, "question", context)
        if not form.is_valid():
            return page(request, election, "question", context, status=UNPROCESSABLE)
        actions.save_question(election, by(request), form.contest())
    except REFUSALS as error:
        return refused(request, election, "question", error, context)
    return done(request, election, _("The question is saved."), "office:questions")


def _known(election: Election, contest: str) -> sketch.Sketch:
    try:
        return sketch.question_of(dict(election.draft), contest)
    except UnknownQuestion:
        raise Http404 from None


def _list(election: Election) -> dict[str, object]:
    reader = reader_of(election)
    contests = sketch.contests_of(dict(election.draft))
    return {"questions": [preview_of(contest, reader) for contest in contests]}
