"""Fixtures of what is told of jobs: receivers of callbacks."""
import pytest

from receiver import Receiver


@pytest.fixture
def receive():
    """A factory of receivers that end with the test."""
    made = []

    def factory(*answers):
        made.append(Receiver(*answers))
        return made[-1]

    yield factory
    for one in made:
        one.close()
