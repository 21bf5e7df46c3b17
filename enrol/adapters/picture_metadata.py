"""Photos without what the telephone wrote beside the picture: place, time, device, words, preview.

Only whole segments and chunks are left out; the picture's own data stays byte for byte, so nothing
is decoded or encoded again and no picture library sees what strangers send. A colour profile stays,
and which side is up. PDF files are not touched.
"""

import re
from struct import pack, unpack

JPEG, PNG = "image/jpeg", "image/png"

_PNG_HEAD = 8
_PNG_AROUND = 12
"""Bytes of a PNG chunk around its data: length, type, checksum."""
_PNG_KEPT = frozenset(
    {
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS",
        b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD", b"pHYs",
    }
)  # fmt: skip

_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_COMMENT = 0xFE
_APPLICATION = range(0xE0, 0xF0)
_JFIF, _EXIF, _PROFILE, _ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
_JFIF_LENGTH = 14
_END_OF_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""A marker that ends the data of a scan: neither a stuffed byte nor a restart."""
_ORIENTATION = 0x0112
_SHORT = 3
_ENTRY = 12


def without_metadata(data: bytes, *, media_type: str) -> bytes:
    """Return the document without metadata; the same bytes for a PDF or where there is none.

    ``data`` is known to be of ``media_type`` (``scans.media_type_of``). Raises ValueError for a
    picture that is torn behind its first scan.
    """
    if media_type == JPEG:
        return _bare_jpeg(data)
    return _bare_png(data) if media_type == PNG else data


def _bare_png(data: bytes) -> bytes:
    at, kept = _PNG_HEAD, [data[:_PNG_HEAD]]
    while at + _PNG_AROUND <= len(data):
        [length] = unpack(">I", data[at : at + 4])
        end = at + _PNG_AROUND + length
        if data[at + 4 : at + 8] in _PNG_KEPT:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _bare_jpeg(data: bytes) -> bytes:
    at, kept = 2, [data[:2]]
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # filling before a marker
            at += 1
            continue
        if marker == _END_OF_IMAGE:  # what lies behind is no part of the picture
            return b"".join((*kept, data[at : at + 2]))
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            break
        kept.append(_bare_segment(marker, data[at + 4 : end], whole=data[at:end]))
        at = end
        if marker == _START_OF_SCAN:
            following = _END_OF_SCAN.search(data, at)
            if following is None:
                break
            kept.append(data[at : following.start()])
            at = following.start()
    raise ValueError("a torn JPEG picture")


def _bare_segment(marker: int, content: bytes, *, whole: bytes) -> bytes:
    """Return what stays of a segment, marker and length included."""
    if marker == _JFIF and content.startswith(b"JFIF\x00") and len(content) >= _JFIF_LENGTH:
        return _segment(_JFIF, content[: _JFIF_LENGTH - 2] + b"\x00\x00")  # without a preview
    if marker == _EXIF and content.startswith(b"Exif\x00\x00"):
        side = _side_up(content[6:])
        return _segment(_EXIF, b"Exif\x00\x00" + _only_side(side)) if side else b""
    is_of_colour = (marker == _PROFILE and content.startswith(b"ICC_PROFILE\x00")) or (
        marker == _ADOBE and content.startswith(b"Adobe")
    )
    dropped = marker == _COMMENT or marker in _APPLICATION
    return whole if is_of_colour or not dropped else b""


def _segment(marker: int, content: bytes) -> bytes:
    return pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _side_up(tiff: bytes) -> int:
    """Return the orientation that Exif data state, 0 for upright or unreadable ones."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 10:
        return 0
    [first] = unpack(f"{order}I", tiff[4:8])
    if first + 2 > len(tiff):
        return 0
    [count] = unpack(f"{order}H", tiff[first : first + 2])
    for number in range(count):
        entry = tiff[first + 2 + number * _ENTRY : first + 2 + (number + 1) * _ENTRY]
        if len(entry) < _ENTRY:
            return 0
        tag, kind, values, value = unpack(f"{order}HHIH", entry[:10])
        if (tag, kind, values) == (_ORIENTATION, _SHORT, 1):
            return int(value) if 2 <= value <= 8 else 0
    return 0


def _only_side(side: int) -> bytes:
    """Return Exif data that state the orientation and nothing else."""
    entry = pack(">HHIHH", _ORIENTATION, _SHORT, 1, side, 0)
    return b"MM\x00*" + pack(">IH", 8, 1) + entry + pack(">I", 0)
