"""The naive house: ``gunicorn benchmarks.load.naive.app:app``."""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from uuid import uuid4

from flask import Flask, abort, redirect, render_template, session, url_for
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect, FlaskForm
from sqlalchemy import MetaData
from sqlalchemy.ext.automap import automap_base
from wtforms import DateField, RadioField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from enrol.config import ROOT, Settings
from enrol.core.codes import normalise_secret
from enrol.factory import build_adapters

settings = Settings.load()
keys = build_adapters(settings).secrets
app = Flask(__name__)
app.config.update(
    SECRET_KEY="naive" * 8,
    SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
    SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 8, "pool_pre_ping": True},
    BABEL_DEFAULT_LOCALE="vi",
    BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "enrol" / "translations"),
    BABEL_DOMAIN="parents",
)
db = SQLAlchemy(app)
CSRFProtect(app)
Babel(app)
TABLES = (
    "children residences guardians family_secrets drafts registrations submissions journal intakes"
    " schools seat_plans intake_zones zones residential_groups units"
)
"""What this house knows of: other tables between these would only give it more relationships."""
metadata = MetaData()
Base = automap_base(metadata=metadata)
with app.app_context():
    metadata.reflect(db.engine, only=TABLES.split())
    Base.prepare()
    db.engine.dispose()  # gunicorn has not forked yet, or each worker begins here
Child, Residence, Guardian = Base.classes.children, Base.classes.residences, Base.classes.guardians
FamilySecret, Draft = Base.classes.family_secrets, Base.classes.drafts
Registration, Submission = Base.classes.registrations, Base.classes.submissions
Journal, Intake, School = Base.classes.journal, Base.classes.intakes, Base.classes.schools
SeatPlan, IntakeZone, Zone = (
    Base.classes.seat_plans,
    Base.classes.intake_zones,
    Base.classes.zones,
)
Group, Unit = Base.classes.residential_groups, Base.classes.units


class SignInForm(FlaskForm):
    pupil_code = StringField("Mã học sinh", validators=[DataRequired(), Length(max=40)])
    secret = StringField("Mã bí mật", validators=[DataRequired(), Length(max=40)])
    submit = SubmitField("Đăng nhập")


class BeginForm(FlaskForm):
    submit = SubmitField("Bắt đầu")


class RegistrationForm(FlaskForm):
    """Everything a registration says; each page shows it, as far as it is answered."""

    full_name = StringField("Họ và tên", validators=[DataRequired(), Length(max=200)])
    birth_on = DateField("Ngày sinh", validators=[DataRequired()])
    sex = RadioField("Giới tính", choices=[("female", "Nữ"), ("male", "Nam")])
    personal_id = StringField("Số định danh", validators=[Optional(), Regexp(r"[0-9]{12}")])
    permanent = StringField("Nơi thường trú", validators=[Optional(), Length(max=200)])
    temporary = StringField("Nơi tạm trú", validators=[Optional(), Length(max=200)])
    current = StringField("Nơi ở hiện tại", validators=[Optional(), Length(max=200)])
    guardian_name = StringField("Người giám hộ", validators=[Optional(), Length(max=200)])
    phone = StringField("Điện thoại", validators=[Optional(), Length(max=20)])
    email = StringField("Thư điện tử", validators=[Optional(), Length(max=200)])
    wish_1 = SelectField("Nguyện vọng 1", validators=[Optional()])
    wish_2 = SelectField("Nguyện vọng 2", validators=[Optional()])
    wish_3 = SelectField("Nguyện vọng 3", validators=[Optional()])
    submit = SubmitField("Tiếp tục")


def signed_in() -> Child:
    child = db.session.get(Child, session.get("child_id", 0))
    if child is None:
        abort(redirect(url_for("sign_in")))
    return child


def current_intake() -> Intake:
    return (
        db.session.query(Intake)
        .filter(Intake.kind == "official", Intake.phase != "draft")
        .order_by(Intake.opens_at.desc())
        .first()
    )


def draft_of(child: Child, intake: Intake) -> Draft:
    draft = db.session.get(Draft, (intake.id, child.id))
    if draft is None:
        draft = Draft(intake_id=intake.id, child_id=child.id, answers={})
        db.session.add(draft)
        db.session.flush()
    return draft


def schools_near(child: Child, intake: Intake) -> list[School]:
    home = db.session.query(Residence).filter_by(child_id=child.id).order_by(Residence.kind).first()
    group = db.session.get(Group, home.group_id)
    return (
        db.session.query(School)
        .join(SeatPlan, SeatPlan.school_id == School.id)
        .join(IntakeZone, IntakeZone.id == SeatPlan.intake_zone_id)
        .filter(IntakeZone.intake_id == intake.id, IntakeZone.zone_id == group.zone_id)
        .order_by(School.name)
        .all()
    )


def live_of(child: Child, intake: Intake) -> Registration | None:
    return (
        db.session.query(Registration)
        .filter(
            Registration.intake_id == intake.id,
            Registration.child_id == child.id,
            Registration.status != "withdrawn",
        )
        .one_or_none()
    )


def form_for(child: Child, draft: Draft, schools: list[School]) -> RegistrationForm:
    homes = {
        home.kind: home for home in db.session.query(Residence).filter_by(child_id=child.id).all()
    }
    guardian = db.session.query(Guardian).filter_by(child_id=child.id).first()
    form = RegistrationForm(
        full_name=child.full_name,
        birth_on=child.birth_on,
        sex=child.sex,
        personal_id=child.personal_id,
        **{kind: home.address for kind, home in homes.items()},
        guardian_name=guardian.full_name if guardian else "",
        phone=guardian.phone if guardian else "",
        email=guardian.email if guardian else "",
        **{f"wish_{n}": code for n, code in enumerate(draft.answers.get("wishes", []), start=1)},
    )
    for field in (form.wish_1, form.wish_2, form.wish_3):
        field.choices = [("", "–")] + [(school.code, school.name) for school in schools]
    return form


@app.route("/dang-nhap", methods=["GET", "POST"])
def sign_in():
    form = SignInForm()
    if form.validate_on_submit():
        child = db.session.query(Child).filter_by(pupil_code=form.pupil_code.data).one_or_none()
        secret = db.session.get(FamilySecret, child.id) if child else None
        typed = normalise_secret(form.secret.data or "")
        if secret and secret.secret_hash == keys.hash(
            pupil_code=form.pupil_code.data or "", secret=typed
        ):
            session["child_id"] = child.id
            return redirect(url_for("home"), 303)
    return render_template("form.html", form=form, title="Đăng nhập")


@app.route("/")
def home():
    child, intake = signed_in(), current_intake()
    draft = draft_of(child, intake)
    form = form_for(child, draft, schools_near(child, intake))
    db.session.commit()
    return render_template(
        "home.html",
        child=child,
        intake=intake,
        form=form,
        begin=BeginForm(),
        live=live_of(child, intake),
    )


@app.post("/bat-dau")
def begin():
    child, intake = signed_in(), current_intake()
    draft = draft_of(child, intake)
    draft.answers = {**draft.answers, "begun": True}
    db.session.commit()
    return redirect(url_for("known"), 303)


@app.route("/thong-tin")
def known():
    child, intake = signed_in(), current_intake()
    form = form_for(child, draft_of(child, intake), schools_near(child, intake))
    return render_template("form.html", form=form, title="Thông tin")


@app.route("/nguyen-vong", methods=["GET", "POST"])
def wishes():
    child, intake = signed_in(), current_intake()
    draft = draft_of(child, intake)
    form = form_for(child, draft, schools_near(child, intake))
    if form.validate_on_submit():
        chosen = [form.wish_1.data, form.wish_2.data, form.wish_3.data]
        draft.answers = {**draft.answers, "wishes": [code for code in chosen if code]}
        db.session.commit()
        return redirect(url_for("check"), 303)
    return render_template("form.html", form=form, title="Nguyện vọng")


@app.route("/gui-ho-so", methods=["GET", "POST"])
def check():
    child, intake = signed_in(), current_intake()
    draft = draft_of(child, intake)
    schools = schools_near(child, intake)
    form = form_for(child, draft, schools)
    if form.validate_on_submit():
        if live_of(child, intake) is None:
            store(child, intake, draft, schools)
        return redirect(url_for("receipt"), 303)
    return render_template("form.html", form=form, title="Kiểm tra và gửi")


def store(child: Child, intake: Intake, draft: Draft, schools: list[School]) -> None:
    by_code = {school.code: school for school in schools}
    wished = [by_code[code] for code in draft.answers["wishes"]]
    plan = db.session.query(SeatPlan).filter_by(school_id=wished[0].id, intake_id=intake.id).one()
    number = db.session.execute(db.text("SELECT nextval('registration_numbers')")).scalar_one()
    payload = json.dumps({"child": child.full_name, "wishes": draft.answers["wishes"]})
    salt = secrets.token_bytes(16)
    digest = hashlib.sha256(salt + payload.encode()).hexdigest()
    now = datetime.now(UTC)
    registration = Registration(
        intake_id=intake.id,
        child_id=child.id,
        code=f"NV{now:%Y%m%d}{number:06}",
        family_code=f"NV{number}",
        intake_zone_id=plan.intake_zone_id,
        status="submitted",
        wishes=[school.id for school in wished],
        distances=[-1 for _ in wished],
        facts={},
        submission_hash=digest,
        submitted_at=now,
    )
    db.session.add(registration)
    db.session.flush()
    db.session.add(
        Submission(
            registration_id=registration.id,
            version=1,
            submission_key=draft.submission_key,
            payload=payload,
            salt=salt,
            hash=digest,
            submitted_at=now,
        )
    )
    db.session.add(
        Journal(
            actor=f"family:{child.id}",
            action="registration.submitted",
            intake_id=intake.id,
            subject=registration.code,
            detail={"version": 1},
        )
    )
    draft.submission_key = uuid4()
    db.session.commit()


@app.route("/bien-nhan")
def receipt():
    child, intake = signed_in(), current_intake()
    registration = live_of(child, intake)
    wished = [db.session.get(School, school_id) for school_id in registration.wishes]
    return render_template(
        "receipt.html", child=child, intake=intake, registration=registration, wished=wished
    )
