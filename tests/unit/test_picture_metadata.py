"""What the telephone wrote beside a picture is gone; the picture is the same, to the byte."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from enrol.adapters.picture_metadata import without_metadata
from enrol.adapters.scans import JPEG, PDF, PNG, media_type_of
from tests.documents import A_JPEG, A_PDF, A_PNG

GPS, GPS_LATITUDE, MODEL, ORIENTATION = 0x8825, 2, 0x0110, 0x0112
SECRETS = (b"Telefon X", b"Nguyen Van A", b"21.028", b"XMP", b"hidden behind")


def picture() -> Image.Image:
    return Image.frombytes("RGB", (24, 16), bytes(range(256)) * 4 + bytes(128))


def exif(*, orientation: int) -> Image.Exif:
    data = Image.Exif()
    data[MODEL] = "Telefon X"
    data[ORIENTATION] = orientation
    data.get_ifd(GPS)[GPS_LATITUDE] = (21.0, 1.0, 40.8)
    return data


def photo(*, orientation: int = 6, progressive: bool = False) -> bytes:
    """A photo as a telephone takes it: with the place, a profile, a comment, something behind."""
    file = io.BytesIO()
    picture().save(
        file,
        "JPEG",
        exif=exif(orientation=orientation),
        icc_profile=b"profile of colours",
        comment=b"Nguyen Van A",
        xmp=b"XMP 21.028",
        progressive=progressive,
    )
    return file.getvalue() + b"hidden behind"


def scan() -> bytes:
    file = io.BytesIO()
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Nguyen Van A")
    words.add_itxt("XML:com.adobe.xmp", "XMP 21.028")
    picture().save(file, "PNG", pnginfo=words, exif=exif(orientation=1), icc_profile=b"profile")
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_loses_where_it_was_taken_and_nothing_of_the_picture(progressive):
    before = photo(progressive=progressive)
    assert opened(before).getexif().get_ifd(GPS)
    assert media_type_of(before) == JPEG

    after = without_metadata(before, media_type=JPEG)

    assert media_type_of(after) == JPEG
    assert opened(after).tobytes() == opened(before).tobytes()
    assert opened(after).info["icc_profile"] == b"profile of colours"
    assert not opened(after).getexif().get_ifd(GPS)
    assert not [secret for secret in SECRETS if secret in after]
    assert without_metadata(after, media_type=JPEG) == after


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_still_knows_which_side_is_up(orientation):
    after = opened(without_metadata(photo(orientation=orientation), media_type=JPEG))
    assert after.getexif().get(ORIENTATION, 1) == orientation
    assert set(after.getexif()) <= {ORIENTATION}


def test_a_scan_loses_words_and_place_and_nothing_of_the_picture():
    before = scan()
    after = without_metadata(before, media_type=PNG)
    assert media_type_of(after) == PNG
    assert opened(after).tobytes() == opened(before).tobytes()
    assert not opened(after).getexif()
    assert not [secret for secret in SECRETS if secret in after]


@pytest.mark.parametrize(("kind", "data"), [(JPEG, A_JPEG), (PNG, A_PNG), (PDF, A_PDF)])
def test_what_has_nothing_to_lose_stays_as_it_is(kind, data):
    assert without_metadata(data, media_type=kind) == data


@given(st.binary(max_size=200), st.sampled_from([A_JPEG, photo()]))
def test_a_picture_torn_behind_its_scan_is_refused_and_nothing_else_breaks(noise, whole):
    torn = whole[: whole.rindex(b"\xff\xd9")] + noise
    try:
        after = without_metadata(torn, media_type=JPEG)
    except ValueError:
        return
    assert after.endswith(b"\xff\xd9")


@given(st.binary(max_size=120))
def test_no_exif_data_break_it(noise):
    segment = b"\xff\xe1" + (len(noise) + 10).to_bytes(2, "big") + b"Exif\x00\x00MM" + noise
    after = without_metadata(A_JPEG[:2] + segment + A_JPEG[2:], media_type=JPEG)
    assert media_type_of(after) == JPEG
