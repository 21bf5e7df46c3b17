"""Units (a tree with validity dates), zones and the residential groups they are made of."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from enrol.store.db import metadata

units = Table(
    "units",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="what the level is called: data, never code"),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("parent_id", ForeignKey("units.id")),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, comment="first day on which the unit no longer exists"),
    Column("old_names", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("boundary", JSONB, comment="GeoJSON geometry, WGS 84"),
    CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name="validity"),
    CheckConstraint("parent_id IS NULL OR parent_id <> id", name="no_own_parent"),
    ExcludeConstraint(
        (text("code"), "="),
        (text("daterange(valid_from, valid_to)"), "&&"),
        using="gist",
        name="ex_units_code_validity",
    ),
    Index("ix_units_parent_id", "parent_id"),
)

zones = Table(
    "zones",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("code", Text, nullable=False),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("boundary", JSONB, comment="GeoJSON geometry, WGS 84"),
    UniqueConstraint("code"),
    CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name="validity"),
    Index("ix_zones_unit_id", "unit_id"),
)

residential_groups = Table(
    "residential_groups",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("label", Text, nullable=False, comment="a text: 16A, VP4, 2324"),
    Column("sort_key", Text, nullable=False),
    Column("name", Text),
    Column("zone_id", ForeignKey("zones.id"), nullable=False),
    Column("latitude", Double),
    Column("longitude", Double),
    UniqueConstraint("unit_id", "label"),
    Index("ix_residential_groups_zone_id", "zone_id"),
)
