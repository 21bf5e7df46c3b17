"""Result letters: a family's own, a school's in bulk, and a mark that nobody can make up."""

import gc
import io
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from enrol.adapters import result_letters as adapter
from enrol.adapters.result_letters import LetterOffice, in_words, write_letters
from enrol.core.handed_files import ExportHead
from enrol.core.result_letters import ResultLetter
from enrol.services import advancing, allocating, exporting, result_letters, writing_lists
from enrol.services.refusals import NotFound
from enrol.store.db import transaction
from enrol.store.tables.exchange import exports
from enrol.store.tables.journal import journal
from enrol.store.tables.schools import schools
from tests.corrected import family_of, ward_officer
from tests.drawn import draw_intake, run_ids
from tests.objected import publish_result
from tests.officers import Officers
from tests.world import set_phase

OFFICE = LetterOffice(name="Sở", name_en="Dept", helpline="1900", base_url="https://x.vn")


def a_letter(**changes):
    given = ResultLetter(
        intake="Đợt",
        intake_en="Intake",
        is_rehearsal=False,
        publication_id=1,
        is_final=True,
        published_at=datetime(2026, 7, 20, tzinfo=UTC),
        objections_until=datetime(2026, 7, 25, 17, tzinfo=UTC),
        code="AR202607010000017",
        pupil_code="0100000001",
        full_name="Nguyễn Thị Đào",
        school="Trường Tiểu học Một",
        school_en="Primary School One",
        address="1 phố Lý Thường Kiệt",
        rank=1,
        band=1,
        number="ab" * 32,
        check="0" * 20,
    )
    return replace(given, **changes)


@pytest.fixture
def drawn(app):
    made = draw_intake(zones_=1, children_=30, seats=8)
    allocating.start_allocation(actor=made.officer, intake_id=made.intake_id)
    allocating.run_zones(run_ids=run_ids())
    advancing.advance(run_id=run_ids()[0])
    allocating.run_zones(run_ids=run_ids()[-1:])
    advancing.advance(run_id=run_ids()[-1])
    seconds = Officers(*([made.officer] * 7))
    publish_result(made.world, replace(seconds, city_second=ward_officer(made)))
    return made


def school_id(code):
    with transaction() as tx:
        return tx.execute(select(schools.c.id).where(schools.c.code == code)).scalar_one()


def bulk(drawn, adapters, *, language="vi"):
    return exporting.ask_export(
        actor=ward_officer(drawn),
        intake_id=drawn.intake_id,
        kind="letters",
        form="zip",
        school_id=school_id("Z001S0"),
        language=language,
    )


def test_a_family_gets_its_own_letter_and_its_mark_is_genuine(drawn, adapters):
    code = drawn.entries[0].code
    letter = result_letters.own_letter(actor=family_of(code), secrets=adapters.secrets)

    assert letter.code == code
    found = result_letters.checked(
        publication_id=letter.publication_id,
        code=code,
        check=letter.check,
        secrets=adapters.secrets,
    )
    assert found is not None
    assert (found.ending, found.is_superseded) == (code[-4:], False)
    assert not hasattr(found, "full_name")


@pytest.mark.parametrize("wrong", ["check", "code", "publication"])
def test_a_made_up_mark_is_not_genuine(drawn, adapters, wrong):
    letter = result_letters.own_letter(
        actor=family_of(drawn.entries[0].code), secrets=adapters.secrets
    )
    given = {
        "publication_id": letter.publication_id + (wrong == "publication"),
        "code": drawn.entries[1].code if wrong == "code" else letter.code,
        "check": "0" * 20 if wrong == "check" else letter.check,
    }
    assert result_letters.checked(**given, secrets=adapters.secrets) is None


def test_a_school_prints_every_admitted_child_once(drawn, adapters):
    export_id = bulk(drawn, adapters)
    assert writing_lists.write_export(
        export_id=export_id, files=adapters.exports, secrets=adapters.secrets
    )
    found = exporting.fetch_export(actor=ward_officer(drawn), export_id=export_id).export
    path = adapters.exports.path_of(name=found.file)

    assert found.rows_done == 8
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["00001-00008.pdf"]
        assert archive.read("00001-00008.pdf").startswith(b"%PDF")
    with transaction() as tx:
        actions = list(tx.execute(select(journal.c.action)).scalars())
    assert {"export.asked", "export.written", "export.fetched"} <= set(actions)


def test_a_killed_printing_is_begun_anew(drawn, adapters):
    export_id = bulk(drawn, adapters)

    class Killed:
        def write_letters(self, *, head, letters):
            next(iter(letters))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writing_lists.write_export(export_id=export_id, files=Killed(), secrets=adapters.secrets)
    with transaction() as tx:
        tx.execute(update(exports).values(touched_at=exports.c.asked_at - timedelta(hours=1)))

    assert writing_lists.write_export(
        export_id=export_id, files=adapters.exports, secrets=adapters.secrets
    )


def test_letters_are_printed_for_one_school_after_publication_only(drawn, adapters):
    with pytest.raises(NotFound):
        exporting.ask_export(
            actor=ward_officer(drawn),
            intake_id=drawn.intake_id,
            kind="letters",
            form="zip",
            school_id=None,
            language="vi",
        )
    set_phase(drawn.world, "allocated")
    with pytest.raises(NotFound):
        bulk(drawn, adapters)
    with pytest.raises(NotFound):
        result_letters.own_letter(actor=family_of(drawn.entries[0].code), secrets=adapters.secrets)


def test_both_languages_say_the_result(app):
    said = {
        language: in_words(a_letter(), office=OFFICE, language=language, words=str)
        for language in ("vi", "en")
    }
    assert said["vi"].sections[0].lines[1][1] == "Trường Tiểu học Một"
    assert said["en"].sections[0].lines[1][1] == "Primary School One"
    none = in_words(a_letter(school=None), office=OFFICE, language="en", words=str)
    assert none.title == "Result of registration"


def test_memory_does_not_grow_with_the_letters(tmp_path, monkeypatch):
    monkeypatch.setattr(adapter, "AT_ONCE", 10)

    def peak(count):
        path = tmp_path / f"{count}.zip"
        head = ExportHead(
            1, "letters", "zip", "vi", (), "", "", "", datetime(2026, 7, 20, tzinfo=UTC), False
        )
        gc.collect()
        tracemalloc.start()
        letters = (a_letter(code=f"AR2026070100{n:05}") for n in range(count))
        write_letters(path, head=head, letters=letters, office=OFFICE, words=str)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            assert len(archive.namelist()) == count // 10
        return most

    peak(10)  # fonts and words are read
    # Up to two PDFs' worth of dead objects wait for the collector beside the one being written.
    assert peak(80) < 2 * peak(20)
