import pytest
from slide_files import picture


@pytest.fixture(scope="session")
def rgb():
    return picture()
