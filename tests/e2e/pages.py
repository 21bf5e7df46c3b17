"""The pages of families and officers as a person uses them; each step ends on the next page."""

from dataclasses import dataclass

from playwright.sync_api import Locator

from enrol.cli.demo.morning import Letter
from tests.e2e.visitor import Visitor
from tests.e2e.words import say

MOST_QUESTIONS = 12
HOME = "/gia-dinh/"
CHECK = "/gia-dinh/gui-ho-so"
RECEIPT = "/gia-dinh/bien-nhan"
WISHES = "/gia-dinh/dang-ky/nguyen-vong"


@dataclass
class Family:
    """A family with its letter, on a telephone."""

    at: Visitor
    letter: Letter

    def type_codes(self, *, secret: str) -> None:
        self.at.entry("Pupil code").fill(self.letter.pupil_code)
        self.at.entry("Secret code").fill(secret)

    def type_result_codes(self, *, code: str, secret: str) -> None:
        self.at.entry("Registration code").fill(code)
        self.at.entry("Secret code").fill(secret)

    def begin(self) -> None:
        """Start, and confirm what the register knows."""
        self.at.press("Start")
        assert self.at.heading == say("Is this right?", self.at.language)
        self.at.follow("This is right, continue")

    def answer_until(self, path: str) -> None:
        """Answer the questions that are open until the page with this path is asked."""
        for _ in range(MOST_QUESTIONS):
            if self.at.path == path:
                return
            self._answer()
        raise AssertionError(f"never asked {path}, but {self.at.path}")

    def offered(self) -> list[str]:
        """Return the schools that can be wished, the nearest first."""
        return self.at.page.locator(".card-list h3").all_inner_texts()

    def rank(self, *schools: str) -> None:
        """Choose these schools, the dearest first."""
        for rank, school in enumerate(schools, start=1):
            wish = self._wish(rank)
            option = wish.locator("option").filter(has_text=school)
            wish.select_option(option.get_attribute("value"))

    def chosen(self) -> list[str]:
        """Return what every rank's field holds."""
        lists = self.at.page.locator("main select").all()
        return [choice.input_value() for choice in lists]

    def code(self) -> str:
        """Return the registration code on the receipt."""
        return self.at.page.locator(".panel-code").inner_text().strip()

    def is_changed(self) -> bool:
        """Tell whether the receipt is for a later version than the first."""
        begin = say("This is version %(number)s: it replaces what you sent before.", "vi", number=2)
        return begin.partition("2")[0] in self.at.text

    def _wish(self, rank: int) -> Locator:
        label = "Wish %(rank)s" if rank == 1 else "Wish %(rank)s (if you like)"
        return self.at.entry(label, rank=rank)

    def _answer(self) -> None:
        main = self.at.page.locator("main")
        for name in ("choice", "relation"):
            buttons = main.locator(f"input[type=radio][name={name}]")
            if buttons.count() and not main.locator(f"input[name={name}]:checked").count():
                buttons.first.check()
        for name, text in (("guardian_name", "Trần Thị Bình"), ("phone", "0952 345 678")):
            entry = main.locator(f"input[name={name}]")
            if entry.count() and not entry.input_value():
                entry.fill(text)
        self.at.press("Continue")


@dataclass
class Officer:
    """An officer at a desk."""

    at: Visitor
    email: str

    def sign_in(self, *, password: str, own: str) -> None:
        """Sign in with a password for one sign-in and choose another when asked."""
        self.at.open("/can-bo")
        assert self.at.heading == say("Staff sign-in", self.at.language)
        self.at.entry("Office e-mail").fill(self.email)
        self.at.entry("Password").fill(password)
        self.at.press("Sign in")
        assert self.at.heading == say("Choose your password", self.at.language)
        self.at.entry("Password now").fill(password)
        self.at.entry("New password").fill(own)
        self.at.entry("New password once more").fill(own)
        self.at.press("Save the new password")

    def take_step(self, step: str) -> None:
        """Open the page of a step and press its button."""
        self.at.follow(step)
        assert self.at.heading == say(step, self.at.language)
        self.at.press(step)

    def type_value(self, step: str, value: str, *, expect: int = 200) -> None:
        """Open the page of a public value, type it and press the button."""
        self.at.follow(step)
        self.at.entry("Public value").fill(value)
        self.at.entry("I declare that the value arose only after this time").check()
        self.at.press(step, expect=expect)

    def is_offered(self, step: str) -> bool:
        return self.at.link(step).count() == 1

    def school_numbers(self) -> dict[str, str]:
        """Return the number of every school by its code, from the links to the rolls."""
        rows = self.at.page.locator("tbody tr:not(.group)")
        rolls = rows.evaluate_all(
            "rows => rows.map(row => [row.querySelector('.code').textContent,"
            " [...row.querySelectorAll('a')].at(-1).href])"
        )
        return {code: address.rpartition("/")[2] for code, address in rolls}

    def told(self, english: str, **variables: object) -> bool:
        """Tell whether the last step left this to say."""
        said = self.at.page.locator(".notice").all_inner_texts()
        return any(say(english, self.at.language, **variables) in text for text in said)
