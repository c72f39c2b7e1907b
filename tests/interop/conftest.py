# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from tests.interop.go_reader import GoReader, build


@pytest.fixture(scope="session")
def go(tmp_path_factory) -> GoReader:
    return build(tmp_path_factory.mktemp("go"))
