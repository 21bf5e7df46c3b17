"""The words of files for officers: English messages, marked so that they get their Vietnamese."""


def N_(message: str) -> str:  # noqa: N802 - the name by which messages are collected
    """Return the message as it is; it is translated when a file is written."""
    return message


REHEARSAL = N_("REHEARSAL: not a registration")
WATERMARK = N_(
    "Copy %(number)s made for %(officer)s at %(at)s. Personal data of children:"
    " for this officer's work only, not to be passed on."
)

_TITLES = {
    "registrations": N_("List of registrations"),
    "admitted": N_("List of admitted children"),
    "objections": N_("List of objections"),
    "letters": N_("Result letters"),
    "classes": N_("Class lists"),
}

_HEADINGS = {
    "class": N_("Class"),
    "class_number": N_("Number in the class"),
    "zone": N_("Zone"),
    "code": N_("Registration code"),
    "pupil_code": N_("Pupil code"),
    "full_name": N_("Full name"),
    "birth_on": N_("Date of birth"),
    "sex": N_("Sex"),
    "status": N_("Status"),
    "first_wish": N_("First wish"),
    "permanent_unit": N_("Permanent residence: ward"),
    "permanent_group": N_("Permanent residence: residential group"),
    "current_unit": N_("Lives in: ward"),
    "current_group": N_("Lives in: residential group"),
    "current_address": N_("Lives at: address"),
    "guardian_name": N_("Parent or guardian"),
    "guardian_relation": N_("Relation"),
    "guardian_phone": N_("Telephone number"),
    "submitted_at": N_("Submitted"),
    "school": N_("School code"),
    "school_name": N_("School"),
    "band": N_("Group"),
    "wish": N_("Wish granted"),
    "objection": N_("Number"),
    "unit_name": N_("Ward"),
    "ground": N_("What it is about"),
    "words": N_("The family writes"),
    "filed_at": N_("Sent"),
    "due_on": N_("Answer by"),
    "outcome": N_("State"),
    "reply": N_("Reply to the family"),
    "answered_at": N_("Answered"),
    "officer": N_("By"),
    "changed_at": N_("File changed"),
}

_CELLS = {
    "class": {"": N_("in no class")},
    "sex": {"female": N_("Girl"), "male": N_("Boy")},
    "guardian_relation": {
        "mother": N_("Mother"),
        "father": N_("Father"),
        "guardian": N_("Guardian"),
    },
    "status": {
        "submitted": N_("Received"),
        "verifying": N_("Residence being verified"),
        "needs_info": N_("More information needed"),
        "eligible": N_("Eligible"),
        "ineligible": N_("Not eligible"),
        "withdrawn": N_("Withdrawn"),
    },
    "wish": {"": N_("Re-routed")},
    "ground": {
        "facts": N_("A fact about my child is wrong"),
        "zone": N_("Our home belongs to another zone"),
        "order": N_("The group, the number or the order is wrong"),
        "seats": N_("The places of a school are wrong"),
        "procedure": N_("Something was not done by the rules"),
        "other": N_("Something else"),
    },
    "outcome": {
        "": N_("Waits for an answer"),
        "upheld": N_("Upheld"),
        "rejected": N_("Not upheld"),
        "withdrawn": N_("Taken back"),
    },
}


def title_word(kind: str) -> str:
    """Return the message of a kind of file."""
    return _TITLES[kind]


def heading(column: str) -> str:
    """Return the message of a column."""
    return _HEADINGS[column]


def cell_word(column: str, value: str) -> str:
    """Return the message of a value that stands for words, nothing for one that is its own."""
    return _CELLS.get(column, {}).get(value, "")
