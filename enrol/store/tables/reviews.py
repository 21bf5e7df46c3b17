"""What officers find and ask about registrations: decisions, requests, documents, due dates."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from enrol.store.db import metadata

Instant = DateTime(timezone=True)

fact_decisions = Table(
    "fact_decisions",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("version", SmallInteger, nullable=False, comment="the submission that was judged"),
    Column("fact", Text, nullable=False, comment="a word of core.decided"),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="a code of core.review"),
    Column("source", Text, nullable=False),
    Column("note", Text),
    Column("decided_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False, comment="as in the journal"),
    CheckConstraint(
        "fact IN ('permanent_in_zone', 'temporary_in_zone', 'current_in_zone', 'sibling_schools',"
        " 'policies')",
        name="fact",
    ),
    CheckConstraint("verdict IN ('verified', 'contradicted', 'undone')", name="verdict"),
    CheckConstraint(
        "source IN ('officer', 'document', 'residence_list', 'registry', 'family')", name="source"
    ),
    CheckConstraint("char_length(note) <= 300", name="note"),
    Index("ix_fact_decisions_registration_id", "registration_id", "id"),
)

rulings = Table(
    "rulings",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("version", SmallInteger, nullable=False, comment="the submission that was judged"),
    Column("status", Text, nullable=False),
    Column("reason", Text, comment="a code of core.review; told to the family"),
    Column("note", Text, comment="to the family, in the office's words"),
    Column("ruled_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False, comment="as in the journal"),
    CheckConstraint("status IN ('eligible', 'ineligible', 'verifying')", name="status"),
    CheckConstraint("status <> 'ineligible' OR reason IS NOT NULL", name="reasoned"),
    CheckConstraint("char_length(note) <= 300", name="note"),
    Index("ix_rulings_registration_id", "registration_id", "id"),
)

info_requests = Table(
    "info_requests",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("asked_for", Text, nullable=False, comment="a code of core.review"),
    Column("message", Text, nullable=False, comment="to the family, in the office's words"),
    Column("due_on", Date, nullable=False),
    Column("asked_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("asked_by", Text, nullable=False, comment="as in the journal"),
    Column("answered_at", Instant),
    Column("answer", Text),
    CheckConstraint("char_length(message) BETWEEN 1 AND 600", name="message"),
    CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
    CheckConstraint("answer IN ('sent_anew', 'documents', 'decided')", name="answer"),
    Index(
        "uq_info_requests_open",
        "registration_id",
        unique=True,
        postgresql_where=text("answered_at IS NULL"),
    ),
    Index("ix_info_requests_registration_id", "registration_id", "id"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("name", Text, nullable=False, comment="of the encrypted file: random, not the family's"),
    Column("about", Text, nullable=False, comment="a code of core.review.ASKED_FOR"),
    Column("media_type", Text, nullable=False, comment="judged by the content"),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False, comment="of the plain bytes"),
    Column("uploaded_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("uploaded_by", Text, nullable=False, comment="as in the journal"),
    UniqueConstraint("name"),
    UniqueConstraint("registration_id", "sha256"),
    CheckConstraint(
        "media_type IN ('image/jpeg', 'image/png', 'application/pdf')", name="media_type"
    ),
    CheckConstraint("size BETWEEN 1 AND 10485760", name="size"),
    Index("ix_documents_registration_id", "registration_id", "id"),
)

zone_transfers = Table(
    "zone_transfers",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("from_zone_id", ForeignKey("intake_zones.id"), nullable=False),
    Column("to_zone_id", ForeignKey("intake_zones.id"), nullable=False),
    Column("wishes_before", ARRAY(Integer), nullable=False),
    Column("wishes_after", ARRAY(Integer), nullable=False),
    Column("reason", Text, nullable=False, comment="a code of core.review"),
    Column("moved_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False, comment="as in the journal"),
    CheckConstraint("from_zone_id <> to_zone_id", name="another_zone"),
    Index("ix_zone_transfers_registration_id", "registration_id", "id"),
)

postponements = Table(
    "postponements",
    metadata,
    Column("registration_id", ForeignKey("registrations.id"), primary_key=True),
    Column("due_on", Date, nullable=False, comment="the day that cannot be kept"),
    Column("drafted_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("new_due_on", Date),
    Column("reason", Text),
    Column("confirmed_at", Instant),
    Column("confirmed_by", Text, comment="as in the journal"),
    CheckConstraint("new_due_on > due_on", name="later"),
    CheckConstraint(
        "num_nulls(new_due_on, reason, confirmed_at, confirmed_by) IN (0, 4)", name="confirmed"
    ),
    CheckConstraint("char_length(reason) BETWEEN 1 AND 300", name="reason"),
)

holidays = Table(
    "holidays",
    metadata,
    Column("on_date", Date, primary_key=True),
    Column("name", Text, nullable=False),
    Column(
        "is_working",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="a Saturday or Sunday on which offices work instead",
    ),
)
