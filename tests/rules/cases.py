"""How a test says which row of the specification it is about."""
import pytest


def rows(*said: tuple):
    """One case for each row: its id, then what the row says."""
    return [pytest.param(*values, id=name) for name, *values in said]


def row(name: str):
    """The row that a whole test is about."""
    return pytest.mark.parametrize("row", [pytest.param(name, id=name)], indirect=True)
