"""One stage for the tests that leave it as it was."""

from collections.abc import Iterator

import pytest

from tests.stage.standing import Standing, standing


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("stage")) as running:
        yield running
