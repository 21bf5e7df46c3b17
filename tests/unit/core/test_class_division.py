"""Dividing children among classes: sizes, balance, families, and one answer for one input."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from enrol.core.class_division import MOST_CLASSES, Pupil, Sex, class_names, divide


@st.composite
def schools(draw):
    """Children of a school, some of them brothers and sisters, some with the same name."""
    count = draw(st.integers(1, 90))
    return [
        Pupil(
            code=f"AR{number:04}",
            name_key=draw(st.sampled_from(["21", "2110", "2111", "35", "42"])),
            sex=draw(st.sampled_from(list(Sex))),
            family=draw(st.one_of(st.none(), st.integers(0, 25).map(str))),
        )
        for number in range(count)
    ]


def sizes(found) -> list[int]:
    return [len(one) for one in found.classes]


def girls(pupils, found) -> list[int]:
    sex = {pupil.code: pupil.sex for pupil in pupils}
    return [sum(1 for code in one if sex[code] is Sex.FEMALE) for one in found.classes]


def place_of(found) -> dict[str, int]:
    return {code: number for number, one in enumerate(found.classes) for code in one}


@given(pupils=schools(), classes=st.integers(1, 8), keep=st.booleans())
def test_everybody_is_in_one_class_and_sizes_differ_by_one_at_the_most(pupils, classes, keep):
    assume(len(pupils) >= classes)
    found = divide(pupils, classes=classes, keep_families=keep)
    assert sorted(code for one in found.classes for code in one) == [p.code for p in pupils]
    assert len(found.classes) == classes
    assert sizes(found) == sorted(sizes(found), reverse=True)
    assert max(sizes(found)) - min(sizes(found)) <= 1


@given(pupils=schools(), classes=st.integers(1, 8), keep=st.booleans(), order=st.randoms())
def test_the_order_in_which_children_come_does_not_matter(pupils, classes, keep, order):
    assume(len(pupils) >= classes)
    shuffled = list(pupils)
    order.shuffle(shuffled)
    assert divide(shuffled, classes=classes, keep_families=keep) == divide(
        pupils, classes=classes, keep_families=keep
    )


@given(pupils=schools(), classes=st.integers(1, 8))
def test_girls_and_boys_differ_by_one_when_nobody_has_to_stay_together(pupils, classes):
    assume(len(pupils) >= classes)
    found = divide(pupils, classes=classes, keep_families=False)
    boys = [size - count for size, count in zip(sizes(found), girls(pupils, found), strict=True)]
    assert max(girls(pupils, found)) - min(girls(pupils, found)) <= 1
    assert max(boys) - min(boys) <= 1
    assert not found.parted


@given(pupils=schools(), classes=st.integers(1, 8))
def test_a_family_is_together_or_named_as_parted(pupils, classes):
    assume(len(pupils) >= classes)
    found = divide(pupils, classes=classes, keep_families=True)
    at = place_of(found)
    families = {pupil.family for pupil in pupils if pupil.family is not None}
    for family in families - set(found.parted):
        assert len({at[pupil.code] for pupil in pupils if pupil.family == family}) == 1
    assert set(found.parted) <= families


@given(pupils=schools(), classes=st.integers(1, 6))
def test_no_family_is_parted_where_there_is_room(pupils, classes):
    """With so many single children, some class always has room for the largest family."""
    names = [pupil.family for pupil in pupils if pupil.family is not None]
    largest = max((names.count(name) for name in names), default=0)
    single = sum(1 for p in pupils if p.family is None or names.count(p.family) == 1)
    assume(len(pupils) >= classes)
    assume(single > classes * max(0, largest - 1))
    assert not divide(pupils, classes=classes, keep_families=True).parted


@given(pairs=st.integers(0, 6), more=st.integers(40, 80), classes=st.integers(1, 4))
def test_a_few_twins_leave_girls_and_boys_in_balance(pairs, more, classes):
    twins = [
        Pupil(
            f"T{pair}{one}", f"{30 + pair}", Sex.FEMALE if one or pair % 2 else Sex.MALE, f"{pair}"
        )
        for pair in range(pairs)
        for one in (0, 1)
    ]
    others = [Pupil(f"O{number}", "25", list(Sex)[number % 2]) for number in range(more)]
    pupils = [*twins, *others]
    found = divide(pupils, classes=classes, keep_families=True)
    assert max(girls(pupils, found)) - min(girls(pupils, found)) <= 1


def test_a_worked_example():
    """Five girls, four boys, two classes; the twins c and g stay together."""
    pupils = [
        Pupil("a", "1", Sex.FEMALE),
        Pupil("b", "2", Sex.FEMALE),
        Pupil("c", "3", Sex.FEMALE, "twins"),
        Pupil("d", "4", Sex.FEMALE),
        Pupil("e", "5", Sex.FEMALE),
        Pupil("f", "6", Sex.MALE),
        Pupil("g", "7", Sex.MALE, "twins"),
        Pupil("h", "8", Sex.MALE),
        Pupil("i", "9", Sex.MALE),
    ]
    dealt = divide(pupils, classes=2, keep_families=False)
    assert dealt.classes == (("a", "c", "e", "g", "i"), ("b", "d", "f", "h"))
    together = divide(pupils, classes=2, keep_families=True)
    assert together.classes == (("c", "d", "e", "g", "i"), ("a", "b", "f", "h"))


def test_a_family_larger_than_every_class_is_parted_and_named():
    pupils = [Pupil(str(n), "1", Sex.MALE, "many" if n < 3 else None) for n in range(4)]
    found = divide(pupils, classes=2, keep_families=True)
    assert found.parted == ("many",)
    assert sizes(found) == [2, 2]


@pytest.mark.parametrize(("children", "classes"), [(3, 0), (3, 4), (99, MOST_CLASSES + 1), (0, 1)])
def test_a_number_that_makes_no_sense_is_refused(children, classes):
    pupils = [Pupil(str(number), "1", Sex.MALE) for number in range(children)]
    with pytest.raises(ValueError, match="cannot be divided"):
        divide(pupils, classes=classes, keep_families=True)


def test_a_code_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        divide([Pupil("a", "1", Sex.MALE)] * 2, classes=1, keep_families=True)


def test_the_usual_names():
    assert class_names(classes=3) == ("1A1", "1A2", "1A3")
