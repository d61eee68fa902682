"""Records behave like the named tuples that type checkers take them for."""

import copy
import pickle
from typing import NamedTuple

import pytest

from pucs.model import Lock, Name, Process
from pucs.record import Record


class Point(Record):
    """A record with a method, defaults and a property."""

    x: int
    y: int = 2
    names: tuple[str, ...] = ()

    def sum(self) -> int:
        return self.x + self.y

    @property
    def far(self) -> bool:
        return self.x > 10


class Same(NamedTuple):
    x: int
    y: int = 2
    names: tuple[str, ...] = ()


ARGUMENTS = [
    ((1,), {}),
    ((1, 3), {}),
    ((1, 3, ("a",)), {}),
    ((), {"x": 1}),
    ((1,), {"names": ("a",)}),
    ((), {"y": 5, "x": 4}),
]


@pytest.mark.parametrize(("args", "kwargs"), ARGUMENTS)
def test_is_the_same_tuple(args, kwargs) -> None:
    assert tuple(Point(*args, **kwargs)) == tuple(Same(*args, **kwargs))
    assert Point(*args, **kwargs)._asdict() == Same(*args, **kwargs)._asdict()
    assert hash(Point(*args, **kwargs)) == hash(Same(*args, **kwargs))


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), ((1, 2, 3, 4), {}), ((1,), {"z": 1}), ((1,), {"x": 1})])
def test_refuses_what_a_named_tuple_refuses(args, kwargs) -> None:
    with pytest.raises(TypeError):
        Same(*args, **kwargs)
    with pytest.raises(TypeError):
        Point(*args, **kwargs)


def test_replaces_and_refuses_unknown_fields() -> None:
    assert Point(1)._replace(y=7) == Point(1, 7)
    with pytest.raises(ValueError, match="no field z"):
        Point(1)._replace(z=7)


def test_methods_and_properties_stay() -> None:
    assert Point(20).sum() == 22
    assert Point(20).far


def test_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Point(1).z = 2  # type: ignore[attr-defined]


def test_matches_by_position() -> None:
    match Point(1, 3):
        case Point(x, y, _):
            assert (x, y) == (1, 3)


def test_survives_copy_and_pickle() -> None:
    process = Process("host", "boot", "ns", 7, "12")
    lock = Lock("a", None, "", 1.0, 2.0, 3.0, 4, "-", process=process)
    assert copy.deepcopy(lock) == lock
    assert pickle.loads(pickle.dumps(Name("x", 1))) == Name("x", 1)


def test_says_what_it_is() -> None:
    assert repr(Point(1)) == "Point(x=1, y=2, names=())"
