"""Typed tuples without the price of `typing`: the values of the hook path are built from this.

`typing.NamedTuple` costs 9 ms of CPU to import, which the edit gate would pay at every tool call. Type checkers
see the real one; at run time a metaclass of thirty lines builds the same shape (fields, defaults, `_replace`,
`_fields`, tuple equality). Modules that define records start with `from __future__ import annotations`.
"""

from __future__ import annotations

__all__ = ["Record"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    from _collections import _tuplegetter

    def _new(cls, *args, **kwargs):
        fields, defaults = cls._fields, cls._defaults
        if not kwargs and len(args) == len(fields):
            return tuple.__new__(cls, args)
        if len(args) > len(fields):
            raise TypeError(f"{cls.__name__} takes {len(fields)} values, got {len(args)}")
        values = list(args)
        for name in fields[len(args) :]:
            if name in kwargs:
                values.append(kwargs.pop(name))
            elif name in defaults:
                values.append(defaults[name])
            else:
                raise TypeError(f"{cls.__name__} needs {name!r}")
        if kwargs:
            raise TypeError(f"{cls.__name__} has no field {', '.join(sorted(kwargs))}")
        return tuple.__new__(cls, values)

    def _replace(self, **changes):
        values = [changes.pop(name, value) for name, value in zip(self._fields, self)]
        if changes:
            raise ValueError(f"{type(self).__name__} has no field {', '.join(sorted(changes))}")
        return tuple.__new__(type(self), values)

    def _make(cls, values):
        return tuple.__new__(cls, values)

    def _asdict(self):
        return dict(zip(self._fields, self))

    def _repr(self):
        inside = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self))
        return f"{type(self).__name__}({inside})"

    def _getnewargs(self):
        return tuple(self)

    class _RecordType(type):
        def __new__(meta, name, bases, namespace):
            if not bases:
                return type.__new__(meta, name, bases, namespace)
            fields = tuple(namespace["__annotations__"])
            body = {key: value for key, value in namespace.items() if key not in fields}
            body.update(
                __slots__=(),
                __match_args__=fields,
                _fields=fields,
                _defaults={key: namespace[key] for key in fields if key in namespace},
                __new__=_new,
                __repr__=_repr,
                __getnewargs__=_getnewargs,
                _make=classmethod(_make),
                _replace=_replace,
                _asdict=_asdict,
            )
            for index, field in enumerate(fields):
                body[field] = _tuplegetter(index, field)
            return type.__new__(type, name, (tuple,), body)

    class Record(metaclass=_RecordType):
        """Base of a typed tuple; see the module."""
