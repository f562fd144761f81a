"""One stage for the tests that leave it as it was."""

from collections.abc import Iterator

import pytest

from readiness.stage.scenario import load_scenarios
from readiness.stage.settings import StageLimits
from tests.stage.standing import Standing, standing


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture(scope="module")
def playhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """One stage that can perform every scenario; a late answer is late by a fifth of a second."""
    scenarios, limits = tuple(load_scenarios().values()), StageLimits(late=0.2)
    with standing(tmp_path_factory.mktemp("stage"), scenarios=scenarios, limits=limits) as running:
        yield running
