# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is asked of the read API, no answer is a failure and every answer is as OpenAPI describes it.

Schemathesis makes the questions of the description itself, right ones and wrong ones.
"""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import JsonResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from tests.integration.pages_data import place
from tests.integration.pages_fixtures import server  # noqa: F401  # a fixture
from voting import api_reading
from voting.models import CastBallot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("server")]

EXAMPLES = 25  # of each operation
RELAXED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def schema():
    """The description; between requests the connection stays, with the test's transaction on it."""
    moments = (request_started, request_finished)
    for moment in moments:
        moment.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler())
    for moment in moments:
        moment.connect(close_old_connections)


def operations(schema):
    return [found.ok() for found in schema.get_all_operations()]


def known(ballot):
    """Values that are there, so that answers are given and not refusals alone."""
    return {
        "slug": "harbour",
        "seq": 4,
        "size": 31,
        "key": ballot.credential,
        "digits": ballot.tracker[:30],
    }


def test_every_operation_answers_as_described(schema):
    place("harbour", "final")
    values = known(CastBallot.objects.first())
    for operation in operations(schema):
        names = {parameter.name for parameter in operation.path_parameters}
        case = operation.Case(path_parameters={name: values[name] for name in names})
        assert case.call_and_validate().status_code == 200, operation.label


@RELAXED
@given(data=st.data())
def sample(strategy, prepare, data):
    case = data.draw(strategy)
    prepare(case, data)
    assert case.call_and_validate().status_code < 500


def test_no_right_question_breaks_it(schema):
    place("harbour", "final")

    def prepare(case, data):
        if "slug" in case.path_parameters and data.draw(st.booleans()):
            case.path_parameters["slug"] = "harbour"  # seldom met by chance

    for operation in operations(schema):
        sample(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), prepare)


def test_no_wrong_question_breaks_it(schema):
    place("harbour", "final")
    asked = operations(schema)
    assert all(list(operation.iter_parameters()) for operation in asked)
    for operation in asked:
        sample(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), lambda _case, _data: None)


def test_an_answer_that_is_not_as_described_would_be_found(schema, monkeypatch):
    place("harbour", "final")
    key = CastBallot.objects.first().credential
    monkeypatch.setattr(api_reading, "credential", lambda *_: JsonResponse({"on_roll": "perhaps"}))
    case = schema["/api/elections/{slug}/credentials/{key}"]["GET"].Case(
        path_parameters={"slug": "harbour", "key": key}
    )
    with pytest.raises(FailureGroup):
        case.call_and_validate()
