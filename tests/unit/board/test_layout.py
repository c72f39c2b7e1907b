# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from bulletin_board.errors import MalformedPath
from bulletin_board.layout import check_resource
from tests.unit.board.board_vectors import load

KNOWN = load("transparency_log.json")


@pytest.mark.parametrize("path", KNOWN["resource_paths"])
def test_the_path_of_a_resource_is_one(path):
    check_resource(path)


@pytest.mark.parametrize("path", KNOWN["resource_paths_refused"], ids=ascii)
def test_another_path_is_none(path):
    with pytest.raises(MalformedPath):
        check_resource(path)
