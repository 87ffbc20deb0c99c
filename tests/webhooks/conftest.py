from collections.abc import Iterator

import pytest

from tests.webhooks.door import Door


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as fresh:
        yield fresh
