"""The result page by itself: words for every reason in both languages, and never a long page."""

from datetime import UTC, datetime

import html5lib
import pytest

from enrol.adapters.page_renderer import JinjaPages, Sender
from enrol.config import ROOT
from enrol.core.explanation import Reason

LANGUAGES = ("vi", "en")
NUMBER = "0a3f91bc77de" + "0" * 52
FULL = (Reason.BAND, Reason.SIBLING, Reason.DISTANCE, Reason.NUMBER, Reason.CODE)


@pytest.fixture(scope="module")
def renderer() -> JinjaPages:
    return JinjaPages(
        templates=ROOT / "templates",
        translations=ROOT / "enrol" / "translations",
        sender=Sender("Sở Giáo dục và Đào tạo", "Department of Education", "1900 0000"),
    )


def school(name: str = "Trường Tiểu học Nguyễn Bỉnh Khiêm cơ sở hai") -> dict[str, object]:
    return {
        "code": "S1",
        "name": name,
        "name_en": "Primary School",
        "address": "Số 12, ngõ 34, phố Nguyễn Trãi, phường Thanh Xuân",
        "phone": "024 3825 0000",
    }


def wish(reason: Reason, **changes: int | str) -> dict[str, object]:
    position = {"band": 2, "sibling": False, "distance": 1850, "number": NUMBER}
    return {
        "school": school(),
        "rank": 1,
        "reason": reason.value,
        "own": position,
        "last": position,
        "changes": changes,
        "place": 217,
    }


def values(**changed: object) -> dict[str, object]:
    return {
        "intake": {"name": "Tuyển sinh <lớp 1>", "name_en": "Grade 1", "is_rehearsal": False},
        "address": "/ket-qua/" + "0" * 40,
        "kind": "provisional",
        "published_at": datetime(2026, 7, 10, 1, tzinfo=UTC),
        "last_day": datetime(2026, 7, 17, 16, 59, 59, tzinfo=UTC),
        "last_report": datetime(2026, 7, 13, 16, 59, 59, tzinfo=UTC),
        "code": "AR20260701020043P",
        "outcome": "seat",
        "school": school(),
        "rank": 1,
        "band": 2,
        "band_name": "DT2",
        "number": NUMBER,
        "wishes": [wish(Reason.GRANTED)],
        "nearer": [],
    } | changed


def render(renderer: JinjaPages, language: str, **changed: object) -> str:
    page = renderer.render(
        template="public/result.html", language=language, values=values(**changed)
    )
    return page.decode("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_own_words(renderer, language, reason):
    page = render(renderer, language, wishes=[wish(reason)])
    others = {
        render(renderer, language, wishes=[wish(other)]) for other in Reason if other is not reason
    }

    assert page not in others
    html5lib.HTMLParser(strict=True).parse(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ["seat", "rerouted", "waiting", "unplaced"])
def test_every_outcome_has_its_own_words(renderer, language, outcome):
    placed = school() if outcome in ("seat", "rerouted") else None
    page = render(renderer, language, outcome=outcome, school=placed)

    assert page != render(renderer, language, outcome="none of these", school=None) or (
        outcome == "unplaced"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_distance_is_said(renderer, language):
    unknown = wish(Reason.DISTANCE)
    unknown["own"] = {"band": 2, "sibling": False, "distance": None, "number": NUMBER}

    assert "None" not in render(renderer, language, wishes=[unknown])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", "không gọi điện, không hỏi tiền hay mã bí mật"),
        ("en", "We never call, never ask for money or the secret code."),
    ],
)
def test_the_page_warns_of_callers(renderer, language, words):
    assert words in render(renderer, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_longest_page_is_small(renderer, language):
    page = render(
        renderer,
        language,
        outcome="rerouted",
        wishes=[wish(reason, band=1, number=NUMBER, seats=217) for reason in FULL],
        nearer=[wish(Reason.NUMBER) for _ in range(3)],
    )

    assert len(page.encode("utf-8")) < 6_000


def test_what_others_typed_is_escaped(renderer):
    page = render(renderer, "vi", school=school('<script>alert(1)</script> & "bạn"'))

    assert "<script" not in page
    assert "Tuyển sinh &lt;lớp 1&gt;" in page


def test_a_rehearsal_says_so(renderer):
    intake = {"name": "Chạy thử", "name_en": "Rehearsal", "is_rehearsal": True}

    assert "Chạy thử: các trang này" in render(renderer, "vi", intake=intake)
    assert 'class="rehearsal"' not in render(renderer, "vi")


def test_times_are_those_of_vietnam(renderer):
    page = render(renderer, "vi")

    assert "hết ngày 17/07/2026" in page
    assert "10/07/2026\N{NO-BREAK SPACE}08:00" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_value_is_an_error_and_not_a_blank(renderer, language):
    given = values()
    del given["band"]

    with pytest.raises(Exception, match="band"):
        renderer.render(template="public/result.html", language=language, values=given)
