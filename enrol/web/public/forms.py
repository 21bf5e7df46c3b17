"""The one public form: a registration code and the family's secret."""

from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import InputRequired

from enrol.web.asking import PAGE, PageForm
from enrol.web.locale import gettext as _


class LookUpForm(PageForm):
    """Looks up a result. What is wrong is never told more closely than "one of the two"."""

    code = StringField(
        validators=[InputRequired(lazy_gettext("Type the registration code from the receipt"))]
    )
    secret = StringField(
        validators=[InputRequired(lazy_gettext("Type the secret code of the family"))]
    )

    def not_found(self) -> dict[str, str]:
        """Return the one calm answer to a wrong code or a wrong secret."""
        return {
            PAGE: _(
                "We found no result for these two codes."
                " Check both against the receipt and the letter."
            )
        }
