"""QR codes of addresses that differ in their token alone, without computing each from nothing.

Everything in a QR code of a given version, level and mask (ISO/IEC 18004) is linear over GF(2): the
Reed-Solomon words, their order, the mask, which is laid over them, and the format, which does not
change. So the modules of one address are those of the address with an empty token, with the
difference that each letter makes laid over them (exclusive or). The differences are read off segno
once a process; a receipt then costs forty of them instead of a millisecond's arithmetic.
"""

import re
from collections.abc import Iterable
from functools import cache, reduce
from operator import xor

import segno

BORDER = 2
_MASK = 3
"""Every reader reads every mask; segno would try all eight for the prettiest."""
_LEVEL = "m"
_EMPTY = "0"
_LETTERS = "0123456789abcdef"
_DARK = re.compile("1+")


def token_picture(*, before: str, token: str) -> str:
    """Return the QR code of ``before + token`` as a data address for an ``img``.

    ``token`` is in lower-case hexadecimal digits, of the same length every time.
    """
    size, empty, differences = _family(before, len(token))
    modules = reduce(
        xor, (there[letter] for there, letter in zip(differences, token, strict=True)), empty
    )
    return _svg(size, modules)


@cache
def _family(before: str, length: int) -> tuple[int, int, tuple[dict[str, int], ...]]:
    """Return the modules a side, those of the empty token, and the difference of every letter at
    every place.
    """
    size, empty = _modules(before + _EMPTY * length)

    def difference(place: int, bit: int) -> int:
        changed = chr(ord(_EMPTY) ^ 1 << bit)
        tail = _EMPTY * (length - place - 1)
        return _modules(before + _EMPTY * place + changed + tail)[1] ^ empty

    differences = []
    for place in range(length):
        bits = {bit: difference(place, bit) for bit in (0, 1, 2, 3, 4, 6)}
        differences.append({letter: _laid(bits, letter) for letter in _LETTERS})
    return size, empty, tuple(differences)


def _laid(bits: dict[int, int], letter: str) -> int:
    changed = ord(letter) ^ ord(_EMPTY)
    return reduce(xor, (there for bit, there in bits.items() if changed >> bit & 1), 0)


def _modules(text: str) -> tuple[int, int]:
    """Return the modules a side, and all of them as one number, the first one highest."""
    code = segno.make(text, error=_LEVEL, mask=_MASK, mode="byte", encoding="latin-1")
    rows = [list(row) for row in code.matrix]
    return len(rows), int("".join(str(int(module)) for row in rows for module in row), 2)


def _svg(size: int, modules: int) -> str:
    whole = size + 2 * BORDER
    path = "".join(_lines(f"{modules:0{size * size}b}", size))
    return (
        "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'"
        f"%20viewBox='0,0,{whole},{whole}'%20shape-rendering='crispEdges'%3E"
        f"%3Cpath%20stroke='%23000'%20d='{path}'/%3E%3C/svg%3E"
    )


def _lines(modules: str, size: int) -> Iterable[str]:
    for row in range(size):
        yield f"M{BORDER},{row + BORDER}.5"
        pen = row * size
        for run in _DARK.finditer(modules, pen, pen + size):
            start, end = run.span()
            yield f"m{start - pen},0h{end - start}"
            pen = end
