"""Staff accounts (Flask-Security's mixins) and the unit or school each officer answers for."""

from datetime import datetime

from flask_security.models import fsqla_v3
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from enrol.store.db import db, metadata

fsqla_v3.FsModels.set_db_info(  # type: ignore[attr-defined,no-untyped-call]
    db, user_table_name="staff", role_table_name="roles"
)


class Role(db.Model, fsqla_v3.FsRoleMixin):  # type: ignore[name-defined,misc]
    """A role of staff: city_officer, ward_officer or school_officer."""

    __tablename__ = "roles"


class Staff(db.Model, fsqla_v3.FsUserMixin):  # type: ignore[name-defined,misc]
    """An officer who signs in with e-mail, password and, when enrolled, a second factor."""

    __tablename__ = "staff"
    full_name: Mapped[str] = mapped_column(Text)
    must_change_password: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=text("false")
    )
    """The password was issued by the office for one sign-in."""
    appointed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The officer who made the account; None: the administrator."""
    appointed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    keyed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The officer who last gave it a password or its places; None: the administrator."""
    keyed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class WebAuthn(db.Model, fsqla_v3.FsWebAuthnMixin):  # type: ignore[name-defined,misc]
    """A passkey of an officer."""

    __tablename__ = "webauthn"


scopes = Table(
    "scopes",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("role", Text, nullable=False),
    Column("unit_id", ForeignKey("units.id")),
    Column("school_id", ForeignKey("schools.id")),
    UniqueConstraint(
        "staff_id", "role", "unit_id", "school_id", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("role IN ('city_officer', 'ward_officer', 'school_officer')", name="role"),
    CheckConstraint(
        "(role = 'school_officer') = (school_id IS NOT NULL)"
        " AND (role <> 'school_officer') = (unit_id IS NOT NULL)",
        name="one_place",
    ),
    Index("ix_scopes_staff_id", "staff_id"),
)
