# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses of the office."""

from django.urls import URLPattern, URLResolver, include, path

from voting.mailed import views as mailed
from voting.office.views import (
    dashboard,
    describe,
    files,
    live,
    people,
    questions,
    roll_changes,
    session,
    steps,
    trustees,
)
from voting.registration.views import office as registrations

app_name = "office"

_election: list[URLPattern | URLResolver] = [
    path("", dashboard.election_page, name="election"),
    path("trail/", dashboard.trail, name="trail"),
    path("details/", describe.details, name="details"),
    path("dates/", describe.dates, name="dates"),
    path("voters/", describe.voters, name="voters"),
    path("questions/", questions.questions, name="questions"),
    path("questions/add/", questions.add, name="question-add"),
    path("questions/add/<slug:kind>/", questions.new, name="question-new"),
    path("questions/preview/", questions.preview, name="preview"),
    path("questions/edit/<slug:contest>/", questions.edit, name="question-edit"),
    path("questions/delete/<slug:contest>/", questions.delete, name="question-delete"),
    path("questions/move/<slug:contest>/", questions.move, name="question-move"),
    path("trustees/", trustees.trustees, name="trustees"),
    path("trustees/<int:index>/remove/", trustees.remove, name="trustee-remove"),
    path("election-file/", files.manifest, name="manifest"),
    path("election-file/manifest.json", files.manifest_file, name="manifest-file"),
    path("key/", files.key, name="key"),
    path("roll/", files.roll, name="roll"),
    path("roll-changes/", roll_changes.roll_changes, name="roll-changes"),
    path("registrations/", registrations.registrations, name="registrations"),
    path("registrations/for-the-registrar.json", registrations.file_for_registrar, name="registrations-file"),
    path("registrations/list.csv", registrations.as_csv, name="registrations-csv"),
    path("mailed-codes/", mailed.mailed_codes, name="mailed-codes"),
    path("officials/", people.officials, name="officials"),
    path("officials/<int:officer>/remove/", people.remove, name="official-remove"),
    path("freeze/", steps.freeze, name="freeze"),
    path("open/", steps.open_polls, name="open"),
    path("close/", steps.close_polls, name="close"),
    path("count/", steps.tally, name="tally"),
    path("count/ask-again/<int:trustee>/", steps.ask_again, name="ask-again"),
    path("publish/", steps.publish, name="publish"),
    path("live.json", live.live_values, name="live"),
]

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("log-in/", session.log_in, name="login"),
    path("log-out/", session.log_out, name="logout"),
    path("new/", dashboard.start, name="start"),
    path("elections/<slug:slug>/", include(_election)),
]
