"""Files that people of these tests upload lie in a directory of the module's."""

from collections.abc import Iterator

import pytest

from tests.uploads import somewhere


@pytest.fixture(scope="module", autouse=True)
def files_folder() -> Iterator[None]:
    with somewhere():
        yield
