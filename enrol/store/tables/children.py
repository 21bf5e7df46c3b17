"""The register of children, their residences and guardians, and the family's access."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

children = Table(
    "children",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("pupil_code", Text, nullable=False),
    Column("personal_id", Text),
    Column("full_name", Text, nullable=False),
    Column(
        "sort_key", Text, nullable=False, comment="given name, middle name, family name with tones"
    ),
    Column("search_key", Text, nullable=False, comment="lower case without accents"),
    Column("birth_on", Date, nullable=False),
    Column("sex", Text, nullable=False),
    Column("family_code", Text),
    Column("kindergarten", Text),
    Column("in_register", Boolean, nullable=False, server_default=text("true")),
    Column("latitude", Double),
    Column("longitude", Double),
    Column("sibling_school_id", ForeignKey("schools.id")),
    Column("policies", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column(
        "is_training",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="made up, for practice",
    ),
    Column(
        "official_id",
        Integer,
        Computed("CASE WHEN is_training THEN NULL::integer ELSE id END", persisted=True),
        comment="null: may be in no official intake",
    ),
    Column("erased_at", Instant, comment="when nothing but the row was left"),
    UniqueConstraint("official_id"),
    UniqueConstraint("pupil_code"),
    UniqueConstraint("personal_id"),
    CheckConstraint("sex IN ('female', 'male')", name="sex"),
    Index("ix_children_family_code", "family_code"),
    Index("ix_children_name_birth", "search_key", "birth_on"),
    Index(
        "ix_children_search_key",
        "search_key",
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    ),
)

residences = Table(
    "residences",
    metadata,
    Column("child_id", ForeignKey("children.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("unit_id", ForeignKey("units.id")),
    Column("group_id", ForeignKey("residential_groups.id")),
    Column("address", Text),
    Column("source", Text, nullable=False),
    CheckConstraint("kind IN ('permanent', 'temporary', 'current')", name="kind"),
    Index("ix_residences_group_id", "group_id"),
)

guardians = Table(
    "guardians",
    metadata,
    Column("child_id", ForeignKey("children.id", ondelete="CASCADE"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("phone", Text, comment="E.164"),
    Column("email", Text),
    CheckConstraint("relation IN ('mother', 'father', 'guardian')", name="relation"),
    CheckConstraint("position IN (1, 2)", name="position"),
)

family_secrets = Table(
    "family_secrets",
    metadata,
    Column("child_id", ForeignKey("children.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "secret_hash",
        LargeBinary,
        nullable=False,
        comment="HMAC-SHA256 under a key that is not here",
    ),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("issued_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("octet_length(secret_hash) = 32", name="keyed_hash"),
)
