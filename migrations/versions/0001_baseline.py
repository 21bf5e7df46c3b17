"""baseline"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


EXTENSIONS = ("unaccent", "pg_trgm", "btree_gist")
SEQUENCES = ("registration_numbers", "provisional_pupil_numbers")

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only_' || TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON submissions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON frozen_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON frozen_files
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON frozen_levels
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON rule_sets
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_seals
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- The sealer may fill in a seal once; nothing else of an entry may ever differ.
CREATE TRIGGER sealed_once BEFORE UPDATE ON journal FOR EACH ROW
    WHEN (OLD.seal IS NOT NULL OR NEW.seal IS NULL
          OR (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.intake_id, OLD.subject, OLD.detail)
             IS DISTINCT FROM (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.intake_id, NEW.subject, NEW.detail))
    EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    for extension in EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    for sequence in SEQUENCES:
        op.execute(f"CREATE SEQUENCE {sequence}")
    op.create_table('heartbeats',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeats'))
    )
    op.create_table('journal_seals',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('previous', sa.LargeBinary(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.Column('leaves', sa.LargeBinary(), nullable=False, comment='leaf hashes in order: to name an altered entry'),
    sa.Column('sealed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_journal_seals'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('job', sa.Text(), nullable=False, comment='a name of services/ports.JOBS'),
    sa.Column('queue', sa.Text(), nullable=False),
    sa.Column('argument', sa.BigInteger(), nullable=False, comment='one id, never data'),
    sa.Column('due_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True, comment='when the relay last handed it to the queue'),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    op.create_index('ix_outbox_due', 'outbox', ['due_at', 'id'], unique=False, postgresql_where=sa.text('done_at IS NULL'))
    op.create_index('uq_outbox_undone', 'outbox', ['job', 'argument'], unique=True, postgresql_where=sa.text('done_at IS NULL'))
    op.create_table('roles',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('description', sa.String(length=255), nullable=True),
    sa.Column('permissions', sa.UnicodeText(), nullable=True),
    sa.Column('update_datetime', sa.DateTime(), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roles')),
    sa.UniqueConstraint('name', name=op.f('uq_roles_name'))
    )
    op.create_table('rule_sets',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rule_sets')),
    sa.UniqueConstraint('hash', name=op.f('uq_rule_sets_hash')),
    sa.UniqueConstraint('name', 'version', name=op.f('uq_rule_sets_name_version'))
    )
    op.create_table('snapshots',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_snapshots'))
    )
    op.create_table('staff',
    sa.Column('full_name', sa.Text(), nullable=False),
    sa.Column('must_change_password', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('fs_webauthn_user_handle', sa.String(length=64), nullable=True),
    sa.Column('mf_recovery_codes', sa.UnicodeText(), nullable=True),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('us_phone_number', sa.String(length=128), nullable=True),
    sa.Column('username', sa.String(length=255), nullable=True),
    sa.Column('us_totp_secrets', sa.Text(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(), nullable=True),
    sa.Column('last_login_at', sa.DateTime(), nullable=True),
    sa.Column('current_login_at', sa.DateTime(), nullable=True),
    sa.Column('last_login_ip', sa.String(length=64), nullable=True),
    sa.Column('current_login_ip', sa.String(length=64), nullable=True),
    sa.Column('login_count', sa.Integer(), nullable=True),
    sa.Column('tf_primary_method', sa.String(length=64), nullable=True),
    sa.Column('tf_totp_secret', sa.String(length=255), nullable=True),
    sa.Column('tf_phone_number', sa.String(length=128), nullable=True),
    sa.Column('create_datetime', sa.DateTime(), server_default=sa.text('now()'), nullable=False),
    sa.Column('update_datetime', sa.DateTime(), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('email', name=op.f('uq_staff_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_staff_fs_uniquifier')),
    sa.UniqueConstraint('fs_webauthn_user_handle', name=op.f('uq_staff_fs_webauthn_user_handle')),
    sa.UniqueConstraint('us_phone_number', name=op.f('uq_staff_us_phone_number')),
    sa.UniqueConstraint('username', name=op.f('uq_staff_username'))
    )
    op.create_table('units',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False, comment='what the level is called: data, never code'),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True, comment='first day on which the unit no longer exists'),
    sa.Column('old_names', sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('boundary', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='GeoJSON geometry, WGS 84'),
    postgresql.ExcludeConstraint((sa.text('code'), '='), (sa.text('daterange(valid_from, valid_to)'), '&&'), using='gist', name='ex_units_code_validity'),
    sa.CheckConstraint('parent_id IS NULL OR parent_id <> id', name=op.f('ck_units_no_own_parent')),
    sa.CheckConstraint('valid_to IS NULL OR valid_from < valid_to', name=op.f('ck_units_validity')),
    sa.ForeignKeyConstraint(['parent_id'], ['units.id'], name=op.f('fk_units_parent_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_units'))
    )
    op.create_index('ix_units_parent_id', 'units', ['parent_id'], unique=False)
    op.create_table('intakes',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('school_year', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('rule_set_id', sa.Integer(), nullable=False),
    sa.Column('phase', sa.Text(), server_default='draft', nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('birth_from', sa.Date(), nullable=False),
    sa.Column('birth_to', sa.Date(), nullable=False, comment='last birth date, inclusive'),
    sa.Column('max_wishes', sa.SmallInteger(), server_default='5', nullable=False),
    sa.Column('public_value_name', sa.Text(), nullable=False),
    sa.Column('public_value_name_en', sa.Text(), nullable=False),
    sa.Column('public_value_on', sa.Date(), nullable=False),
    sa.Column('announced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seed_commitment', sa.Text(), nullable=True, comment='SHA-256 of the seed, 64 hex digits'),
    sa.Column('sealed_seed', sa.LargeBinary(), nullable=True, comment='the 32-byte seed, encrypted'),
    sa.Column('list_hash', sa.Text(), nullable=True, comment='Merkle root of the frozen list, 64 hex digits'),
    sa.Column('list_size', sa.Integer(), nullable=True),
    sa.Column('seat_plans_hash', sa.Text(), nullable=True, comment='announced with the list hash'),
    sa.Column('distances_hash', sa.Text(), nullable=True, comment='announced with the list hash'),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('official', 'rehearsal')", name=op.f('ck_intakes_kind')),
    sa.CheckConstraint("phase = 'draft' OR (seed_commitment IS NOT NULL AND sealed_seed IS NOT NULL)", name=op.f('ck_intakes_committed_before_announced')),
    sa.CheckConstraint("phase IN ('draft', 'announced', 'open') OR (list_hash IS NOT NULL AND list_size IS NOT NULL AND frozen_at IS NOT NULL)", name=op.f('ck_intakes_frozen_when_closed')),
    sa.CheckConstraint("phase IN ('draft', 'announced', 'open', 'closed', 'drawn', 'allocated', 'provisional', 'final', 'settled')", name=op.f('ck_intakes_phase')),
    sa.CheckConstraint('birth_from <= birth_to', name=op.f('ck_intakes_birth_dates')),
    sa.CheckConstraint('max_wishes BETWEEN 1 AND 20', name=op.f('ck_intakes_max_wishes')),
    sa.CheckConstraint('opens_at < closes_at', name=op.f('ck_intakes_window')),
    sa.ForeignKeyConstraint(['rule_set_id'], ['rule_sets.id'], name=op.f('fk_intakes_rule_set_id_rule_sets')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_intakes_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intakes')),
    sa.UniqueConstraint('code', name=op.f('uq_intakes_code'))
    )
    op.create_table('roles_users',
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('role_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['role_id'], ['roles.id'], name=op.f('fk_roles_users_role_id_roles')),
    sa.ForeignKeyConstraint(['user_id'], ['staff.id'], name=op.f('fk_roles_users_user_id_staff'))
    )
    op.create_table('schools',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_schools_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schools')),
    sa.UniqueConstraint('code', name=op.f('uq_schools_code'))
    )
    op.create_index('ix_schools_unit_id', 'schools', ['unit_id'], unique=False)
    op.create_table('webauthn',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(length=1024), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.Integer(), nullable=True),
    sa.Column('transports', sa.UnicodeText(), nullable=True),
    sa.Column('backup_state', sa.Boolean(), nullable=False),
    sa.Column('device_type', sa.String(length=64), nullable=False),
    sa.Column('extensions', sa.String(length=255), nullable=True),
    sa.Column('create_datetime', sa.DateTime(), server_default=sa.text('now()'), nullable=False),
    sa.Column('lastuse_datetime', sa.DateTime(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('usage', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['staff.id'], name=op.f('fk_webauthn_user_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webauthn'))
    )
    op.create_index(op.f('ix_webauthn_credential_id'), 'webauthn', ['credential_id'], unique=True)
    op.create_table('zones',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('boundary', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='GeoJSON geometry, WGS 84'),
    sa.CheckConstraint('valid_to IS NULL OR valid_from < valid_to', name=op.f('ck_zones_validity')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_zones_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_zones')),
    sa.UniqueConstraint('code', name=op.f('uq_zones_code'))
    )
    op.create_index('ix_zones_unit_id', 'zones', ['unit_id'], unique=False)
    op.create_table('children',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('pupil_code', sa.Text(), nullable=False),
    sa.Column('personal_id', sa.Text(), nullable=True),
    sa.Column('full_name', sa.Text(), nullable=False),
    sa.Column('sort_key', sa.Text(), nullable=False, comment='given name, middle name, family name with tones'),
    sa.Column('search_key', sa.Text(), nullable=False, comment='lower case without accents'),
    sa.Column('birth_on', sa.Date(), nullable=False),
    sa.Column('sex', sa.Text(), nullable=False),
    sa.Column('family_code', sa.Text(), nullable=True),
    sa.Column('kindergarten', sa.Text(), nullable=True),
    sa.Column('in_register', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('sibling_school_id', sa.Integer(), nullable=True),
    sa.Column('policies', sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("sex IN ('female', 'male')", name=op.f('ck_children_sex')),
    sa.ForeignKeyConstraint(['sibling_school_id'], ['schools.id'], name=op.f('fk_children_sibling_school_id_schools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_children')),
    sa.UniqueConstraint('personal_id', name=op.f('uq_children_personal_id')),
    sa.UniqueConstraint('pupil_code', name=op.f('uq_children_pupil_code'))
    )
    op.create_index('ix_children_family_code', 'children', ['family_code'], unique=False)
    op.create_index('ix_children_search_key', 'children', ['search_key'], unique=False, postgresql_using='gin', postgresql_ops={'search_key': 'gin_trgm_ops'})
    op.create_table('draws',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('list_hash', sa.Text(), nullable=False),
    sa.Column('public_value', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('seed', sa.Text(), nullable=True, comment='revealed when the draw is confirmed, 64 hex digits'),
    sa.CheckConstraint("kind IN ('official', 'rehearsal')", name=op.f('ck_draws_kind')),
    sa.CheckConstraint('confirmed_by IS NULL OR confirmed_by <> proposed_by', name=op.f('ck_draws_two_officers')),
    sa.CheckConstraint('num_nulls(confirmed_by, confirmed_at, seed) IN (0, 3)', name=op.f('ck_draws_revealed_once_confirmed')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['staff.id'], name=op.f('fk_draws_confirmed_by_staff')),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_draws_intake_id_intakes')),
    sa.ForeignKeyConstraint(['proposed_by'], ['staff.id'], name=op.f('fk_draws_proposed_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draws'))
    )
    op.create_index('uq_draws_official', 'draws', ['intake_id'], unique=True, postgresql_where=sa.text("kind = 'official'"))
    op.create_table('intake_zones',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('zone_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_intake_zones_intake_id_intakes')),
    sa.ForeignKeyConstraint(['zone_id'], ['zones.id'], name=op.f('fk_intake_zones_zone_id_zones')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake_zones')),
    sa.UniqueConstraint('intake_id', 'zone_id', name=op.f('uq_intake_zones_intake_id_zone_id'))
    )
    op.create_table('journal',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False, comment='staff:ID, family:CHILD-ID or system'),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True, comment='a registration code or an internal id; never a name'),
    sa.Column('detail', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('seal', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_journal_intake_id_intakes')),
    sa.ForeignKeyConstraint(['seal'], ['journal_seals.number'], name=op.f('fk_journal_seal_journal_seals')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal'))
    )
    op.create_index('ix_journal_intake', 'journal', ['intake_id', 'id'], unique=False)
    op.create_index('ix_journal_seal', 'journal', ['seal', 'id'], unique=False)
    op.create_index('ix_journal_subject', 'journal', ['subject'], unique=False)
    op.create_index('ix_journal_unsealed', 'journal', ['id'], unique=False, postgresql_where=sa.text('seal IS NULL'))
    op.create_table('publications',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('outcome_digest', sa.Text(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('published_by', sa.Integer(), nullable=False),
    sa.Column('objections_until', sa.DateTime(timezone=True), nullable=False, comment='first instant that is too late'),
    sa.CheckConstraint("kind IN ('provisional', 'final')", name=op.f('ck_publications_kind')),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_publications_intake_id_intakes')),
    sa.ForeignKeyConstraint(['published_by'], ['staff.id'], name=op.f('fk_publications_published_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publications')),
    sa.UniqueConstraint('intake_id', 'kind', name=op.f('uq_publications_intake_id_kind'))
    )
    op.create_table('residential_groups',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False, comment='a text: 16A, VP4, 2324'),
    sa.Column('sort_key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('zone_id', sa.Integer(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_residential_groups_unit_id_units')),
    sa.ForeignKeyConstraint(['zone_id'], ['zones.id'], name=op.f('fk_residential_groups_zone_id_zones')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_residential_groups')),
    sa.UniqueConstraint('unit_id', 'label', name=op.f('uq_residential_groups_unit_id_label'))
    )
    op.create_index('ix_residential_groups_zone_id', 'residential_groups', ['zone_id'], unique=False)
    op.create_table('scopes',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(role = 'school_officer') = (school_id IS NOT NULL) AND (role <> 'school_officer') = (unit_id IS NOT NULL)", name=op.f('ck_scopes_one_place')),
    sa.CheckConstraint("role IN ('city_officer', 'ward_officer', 'school_officer')", name=op.f('ck_scopes_role')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_scopes_school_id_schools')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_scopes_staff_id_staff'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_scopes_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scopes')),
    sa.UniqueConstraint('staff_id', 'role', 'unit_id', 'school_id', name=op.f('uq_scopes_staff_id_role_unit_id_school_id'), postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_scopes_staff_id', 'scopes', ['staff_id'], unique=False)
    op.create_table('drafts',
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('answers', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('submission_key', sa.UUID(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('submit_for_me', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_drafts_child_id_children'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_drafts_intake_id_intakes')),
    sa.PrimaryKeyConstraint('intake_id', 'child_id', name=op.f('pk_drafts'))
    )
    op.create_table('family_secrets',
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('secret_hash', sa.LargeBinary(), nullable=False, comment='HMAC-SHA256 under a key that is not here'),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('octet_length(secret_hash) = 32', name=op.f('ck_family_secrets_keyed_hash')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_family_secrets_child_id_children'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('child_id', name=op.f('pk_family_secrets'))
    )
    op.create_table('frozen_entries',
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False, comment='leaf index, in code order, from 0'),
    sa.Column('intake_zone_id', sa.Integer(), nullable=False),
    sa.Column('entry', sa.Text(), nullable=False, comment='canonical JSON: the leaf of the Merkle tree'),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_frozen_entries_intake_id_intakes')),
    sa.ForeignKeyConstraint(['intake_zone_id'], ['intake_zones.id'], name=op.f('fk_frozen_entries_intake_zone_id_intake_zones')),
    sa.PrimaryKeyConstraint('intake_id', 'code', name=op.f('pk_frozen_entries')),
    sa.UniqueConstraint('intake_id', 'position', name=op.f('uq_frozen_entries_intake_id_position'))
    )
    op.create_index('ix_frozen_entries_zone', 'frozen_entries', ['intake_zone_id', 'code'], unique=False)
    op.create_table('frozen_files',
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False, comment='as in the published bundle'),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_frozen_files_intake_id_intakes')),
    sa.PrimaryKeyConstraint('intake_id', 'name', name=op.f('pk_frozen_files'))
    )
    op.create_table('frozen_levels',
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False, comment='0 holds the leaf hashes'),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('hashes', sa.LargeBinary(), nullable=False, comment='32 bytes a node, joined'),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_frozen_levels_intake_id_intakes')),
    sa.PrimaryKeyConstraint('intake_id', 'level', name=op.f('pk_frozen_levels'))
    )
    op.create_table('guardians',
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('full_name', sa.Text(), nullable=False),
    sa.Column('relation', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True, comment='E.164'),
    sa.Column('email', sa.Text(), nullable=True),
    sa.CheckConstraint("relation IN ('mother', 'father', 'guardian')", name=op.f('ck_guardians_relation')),
    sa.CheckConstraint('position IN (1, 2)', name=op.f('ck_guardians_position')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_guardians_child_id_children'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('child_id', 'position', name=op.f('pk_guardians'))
    )
    op.create_table('registrations',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('family_code', sa.Text(), nullable=False, comment='shared by twins and siblings, else the code'),
    sa.Column('intake_zone_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('version', sa.SmallInteger(), server_default='1', nullable=False),
    sa.Column('wishes', sa.ARRAY(sa.Integer()), nullable=False, comment="school ids in the family's order"),
    sa.Column('distances', sa.ARRAY(sa.Integer()), nullable=False, comment='metres, one a wish; -1 when unknown'),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('submission_hash', sa.Text(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f('ck_registrations_withdrawn')),
    sa.CheckConstraint("status IN ('submitted', 'verifying', 'needs_info', 'eligible', 'ineligible', 'withdrawn')", name=op.f('ck_registrations_status')),
    sa.CheckConstraint('cardinality(wishes) = cardinality(distances)', name=op.f('ck_registrations_distances')),
    sa.CheckConstraint('cardinality(wishes) BETWEEN 1 AND 20', name=op.f('ck_registrations_wishes')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_registrations_child_id_children')),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_registrations_intake_id_intakes')),
    sa.ForeignKeyConstraint(['intake_zone_id'], ['intake_zones.id'], name=op.f('fk_registrations_intake_zone_id_intake_zones')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registrations')),
    sa.UniqueConstraint('code', name=op.f('uq_registrations_code'))
    )
    op.create_index('ix_registrations_child_id', 'registrations', ['child_id'], unique=False)
    op.create_index('ix_registrations_zone_code', 'registrations', ['intake_zone_id', 'code'], unique=False)
    op.create_index('uq_registrations_live_child', 'registrations', ['intake_id', 'child_id'], unique=True, postgresql_where=sa.text("status <> 'withdrawn'"))
    op.create_table('residences',
    sa.Column('child_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('permanent', 'temporary', 'current')", name=op.f('ck_residences_kind')),
    sa.ForeignKeyConstraint(['child_id'], ['children.id'], name=op.f('fk_residences_child_id_children'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['residential_groups.id'], name=op.f('fk_residences_group_id_residential_groups')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_residences_unit_id_units')),
    sa.PrimaryKeyConstraint('child_id', 'kind', name=op.f('pk_residences'))
    )
    op.create_index('ix_residences_group_id', 'residences', ['group_id'], unique=False)
    op.create_table('runs',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('intake_zone_id', sa.Integer(), nullable=True, comment='null for the intake-wide second stage'),
    sa.Column('stage', sa.SmallInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('draw_id', sa.Integer(), nullable=False),
    sa.Column('list_hash', sa.Text(), nullable=False),
    sa.Column('epoch', sa.Integer(), server_default='0', nullable=False, comment='the fence: one a start'),
    sa.Column('state', sa.Text(), server_default='pending', nullable=False),
    sa.Column('outcome_digest', sa.Text(), nullable=True),
    sa.Column('totals', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'done') = (outcome_digest IS NOT NULL)", name=op.f('ck_runs_done_has_a_digest')),
    sa.CheckConstraint("kind IN ('official', 'rehearsal')", name=op.f('ck_runs_kind')),
    sa.CheckConstraint("state IN ('pending', 'running', 'done')", name=op.f('ck_runs_state')),
    sa.CheckConstraint('(stage = 1) = (intake_zone_id IS NOT NULL)', name=op.f('ck_runs_stage_one_has_a_zone')),
    sa.CheckConstraint('stage IN (1, 2)', name=op.f('ck_runs_stage')),
    sa.ForeignKeyConstraint(['draw_id'], ['draws.id'], name=op.f('fk_runs_draw_id_draws')),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_runs_intake_id_intakes')),
    sa.ForeignKeyConstraint(['intake_zone_id'], ['intake_zones.id'], name=op.f('fk_runs_intake_zone_id_intake_zones')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_runs'))
    )
    op.create_index('uq_runs_official', 'runs', ['intake_id', sa.literal_column('coalesce(intake_zone_id, 0)'), 'list_hash'], unique=True, postgresql_where=sa.text("kind = 'official'"))
    op.create_table('seat_plans',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('intake_zone_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('classes', sa.Integer(), nullable=True),
    sa.Column('last_year_distance', sa.Integer(), nullable=True, comment='metres; the farthest home admitted last year'),
    sa.Column('stated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('classes IS NULL OR classes BETWEEN 0 AND 200', name=op.f('ck_seat_plans_classes')),
    sa.CheckConstraint('seats BETWEEN 0 AND 5000', name=op.f('ck_seat_plans_seats')),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_seat_plans_intake_id_intakes')),
    sa.ForeignKeyConstraint(['intake_zone_id'], ['intake_zones.id'], name=op.f('fk_seat_plans_intake_zone_id_intake_zones')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_seat_plans_school_id_schools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seat_plans')),
    sa.UniqueConstraint('intake_id', 'school_id', name=op.f('uq_seat_plans_intake_id_school_id'))
    )
    op.create_index('ix_seat_plans_intake_zone_id', 'seat_plans', ['intake_zone_id'], unique=False)
    op.create_table('cut_offs',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('band', sa.SmallInteger(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('admitted', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_cut_offs_run_id_runs')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_cut_offs_school_id_schools')),
    sa.PrimaryKeyConstraint('run_id', 'school_id', 'band', name=op.f('pk_cut_offs'))
    )
    op.create_table('fills',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.CheckConstraint('taken BETWEEN 0 AND seats', name=op.f('ck_fills_never_over_the_seats')),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_fills_run_id_runs')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_fills_school_id_schools')),
    sa.PrimaryKeyConstraint('run_id', 'school_id', name=op.f('pk_fills'))
    )
    op.create_table('placements',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=True, comment='null: left over at this stage'),
    sa.Column('rank', sa.SmallInteger(), nullable=True, comment='the wish granted; null when re-routed'),
    sa.Column('band', sa.SmallInteger(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False, comment='lottery number, 64 hex digits'),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_placements_run_id_runs')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_placements_school_id_schools')),
    sa.PrimaryKeyConstraint('run_id', 'code', name=op.f('pk_placements'))
    )
    op.create_index('ix_placements_code', 'placements', ['code'], unique=False)
    op.create_index('ix_placements_school', 'placements', ['school_id', 'run_id'], unique=False)
    op.create_table('waiting_places',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False, comment='1 is called first'),
    sa.Column('code', sa.Text(), nullable=False),
    sa.CheckConstraint('position > 0', name=op.f('ck_waiting_places_position')),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_waiting_places_run_id_runs')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_waiting_places_school_id_schools')),
    sa.PrimaryKeyConstraint('run_id', 'school_id', 'position', name=op.f('pk_waiting_places'))
    )
    op.create_index('ix_waiting_places_code', 'waiting_places', ['code'], unique=False)
    op.create_table('explanations',
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('wishes', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='second stage only: it takes a whole intake'),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_explanations_run_id_runs')),
    sa.PrimaryKeyConstraint('run_id', 'code', name=op.f('pk_explanations'))
    )
    op.create_table('renderings',
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('rendered_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['publication_id'], ['publications.id'], name=op.f('fk_renderings_publication_id_publications')),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_renderings_run_id_runs')),
    sa.PrimaryKeyConstraint('publication_id', 'run_id', name=op.f('pk_renderings'))
    )
    op.create_table('submissions',
    sa.Column('registration_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False),
    sa.Column('submission_key', sa.UUID(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False, comment='what the family sent, canonical JSON'),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('hash', sa.Text(), nullable=False, comment='SHA-256 of salt and payload, 64 hex digits'),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_submissions_registration_id_registrations')),
    sa.PrimaryKeyConstraint('registration_id', 'version', name=op.f('pk_submissions')),
    sa.UniqueConstraint('submission_key', name=op.f('uq_submissions_submission_key'))
    )
    op.create_table('zone_estimates',
    sa.Column('intake_zone_id', sa.Integer(), nullable=False),
    sa.Column('input_digest', sa.Text(), nullable=False, comment='of list, seats and rules, 64 hex digits'),
    sa.Column('seed', sa.Text(), nullable=False, comment='of the rehearsal draws, 64 hex digits'),
    sa.Column('draws', sa.Integer(), nullable=False),
    sa.Column('registrations', sa.Integer(), nullable=False),
    sa.Column('in_zone', sa.Integer(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('left_total', sa.Integer(), nullable=False, comment='over all draws'),
    sa.Column('left_least', sa.Integer(), nullable=False),
    sa.Column('left_most', sa.Integer(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=False, comment='when the input was last looked at'),
    sa.CheckConstraint('draws > 0', name=op.f('ck_zone_estimates_draws')),
    sa.ForeignKeyConstraint(['intake_zone_id'], ['intake_zones.id'], name=op.f('fk_zone_estimates_intake_zone_id_intake_zones')),
    sa.PrimaryKeyConstraint('intake_zone_id', name=op.f('pk_zone_estimates'))
    )
    op.create_table('estimates',
    sa.Column('registration_id', sa.BigInteger(), nullable=False),
    sa.Column('intake_zone_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False, comment='of the registration it rests on'),
    sa.Column('in_zone', sa.Boolean(), nullable=False, comment='competes in its zone'),
    sa.Column('granted', sa.ARRAY(sa.SmallInteger()), nullable=False, comment='draws that gave each wish'),
    sa.Column('left_over', sa.SmallInteger(), nullable=False, comment='draws that gave none'),
    sa.ForeignKeyConstraint(['intake_zone_id'], ['intake_zones.id'], name=op.f('fk_estimates_intake_zone_id_intake_zones')),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_estimates_registration_id_registrations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('registration_id', name=op.f('pk_estimates'))
    )
    op.create_index('ix_estimates_intake_zone_id', 'estimates', ['intake_zone_id'], unique=False)
    op.create_table('what_ifs',
    sa.Column('id', sa.Integer(), sa.Identity(always=True), nullable=False),
    sa.Column('intake_id', sa.Integer(), nullable=False),
    sa.Column('intake_zone_id', sa.Integer(), nullable=True, comment='null: every zone'),
    sa.Column('kind', sa.Text(), server_default='rehearsal', nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('seats', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='school code to seats instead of the planned'),
    sa.Column('rules', sa.Text(), nullable=True, comment="name of a preset; null: the intake's rules"),
    sa.Column('state', sa.Text(), server_default='pending', nullable=False),
    sa.Column('zones', sa.Integer(), nullable=False),
    sa.Column('zones_done', sa.Integer(), server_default='0', nullable=False),
    sa.Column('list_hash', sa.Text(), nullable=True, comment='of the frozen list; null: the registrations of that time'),
    sa.Column('before_digest', sa.Text(), nullable=True, comment='of list, seats and rules as they stand'),
    sa.Column('after_digest', sa.Text(), nullable=True, comment='of list, seats and rules as imagined'),
    sa.Column('totals_before', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('totals_after', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind = 'rehearsal'", name=op.f('ck_what_ifs_never_official')),
    sa.CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name=op.f('ck_what_ifs_done_has_a_time')),
    sa.CheckConstraint("state IN ('pending', 'running', 'done')", name=op.f('ck_what_ifs_state')),
    sa.CheckConstraint('zones_done BETWEEN 0 AND zones', name=op.f('ck_what_ifs_progress')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_what_ifs_asked_by_staff')),
    sa.ForeignKeyConstraint(['intake_id'], ['intakes.id'], name=op.f('fk_what_ifs_intake_id_intakes')),
    sa.ForeignKeyConstraint(['intake_zone_id'], ['intake_zones.id'], name=op.f('fk_what_ifs_intake_zone_id_intake_zones')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_what_ifs'))
    )
    op.create_index('ix_what_ifs_intake', 'what_ifs', ['intake_id', 'id'], unique=False)
    op.create_table('what_if_changes',
    sa.Column('what_if_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('zone', sa.Text(), nullable=False),
    sa.Column('school_before', sa.Text(), nullable=True, comment='null: none of the wishes'),
    sa.Column('rank_before', sa.SmallInteger(), nullable=True),
    sa.Column('school_after', sa.Text(), nullable=True),
    sa.Column('rank_after', sa.SmallInteger(), nullable=True),
    sa.ForeignKeyConstraint(['what_if_id'], ['what_ifs.id'], name=op.f('fk_what_if_changes_what_if_id_what_ifs')),
    sa.PrimaryKeyConstraint('what_if_id', 'code', name=op.f('pk_what_if_changes'))
    )
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_table('what_if_changes')
    op.drop_table('what_ifs')
    op.drop_table('estimates')
    op.drop_table('zone_estimates')
    op.drop_table('submissions')
    op.drop_table('renderings')
    op.drop_table('explanations')
    op.drop_index('ix_waiting_places_code', table_name='waiting_places')
    op.drop_table('waiting_places')
    op.drop_index('ix_placements_school', table_name='placements')
    op.drop_index('ix_placements_code', table_name='placements')
    op.drop_table('placements')
    op.drop_table('fills')
    op.drop_table('cut_offs')
    op.drop_index('ix_seat_plans_intake_zone_id', table_name='seat_plans')
    op.drop_table('seat_plans')
    op.drop_index('uq_runs_official', table_name='runs', postgresql_where=sa.text("kind = 'official'"))
    op.drop_table('runs')
    op.drop_index('ix_residences_group_id', table_name='residences')
    op.drop_table('residences')
    op.drop_index('uq_registrations_live_child', table_name='registrations', postgresql_where=sa.text("status <> 'withdrawn'"))
    op.drop_index('ix_registrations_zone_code', table_name='registrations')
    op.drop_index('ix_registrations_child_id', table_name='registrations')
    op.drop_table('registrations')
    op.drop_table('guardians')
    op.drop_index('ix_frozen_entries_zone', table_name='frozen_entries')
    op.drop_table('frozen_levels')
    op.drop_table('frozen_files')
    op.drop_table('frozen_entries')
    op.drop_table('family_secrets')
    op.drop_table('drafts')
    op.drop_index('ix_scopes_staff_id', table_name='scopes')
    op.drop_table('scopes')
    op.drop_index('ix_residential_groups_zone_id', table_name='residential_groups')
    op.drop_table('residential_groups')
    op.drop_table('publications')
    op.drop_index('ix_journal_unsealed', table_name='journal', postgresql_where=sa.text('seal IS NULL'))
    op.drop_index('ix_journal_subject', table_name='journal')
    op.drop_index('ix_journal_seal', table_name='journal')
    op.drop_index('ix_journal_intake', table_name='journal')
    op.drop_table('journal')
    op.drop_table('intake_zones')
    op.drop_index('uq_draws_official', table_name='draws', postgresql_where=sa.text("kind = 'official'"))
    op.drop_table('draws')
    op.drop_index('ix_children_search_key', table_name='children', postgresql_using='gin', postgresql_ops={'search_key': 'gin_trgm_ops'})
    op.drop_index('ix_children_family_code', table_name='children')
    op.drop_table('children')
    op.drop_index('ix_zones_unit_id', table_name='zones')
    op.drop_table('zones')
    op.drop_index(op.f('ix_webauthn_credential_id'), table_name='webauthn')
    op.drop_table('webauthn')
    op.drop_index('ix_schools_unit_id', table_name='schools')
    op.drop_table('schools')
    op.drop_table('roles_users')
    op.drop_table('intakes')
    op.drop_index('ix_units_parent_id', table_name='units')
    op.drop_table('units')
    op.drop_table('staff')
    op.drop_table('snapshots')
    op.drop_table('rule_sets')
    op.drop_table('roles')
    op.drop_index('uq_outbox_undone', table_name='outbox', postgresql_where=sa.text('done_at IS NULL'))
    op.drop_index('ix_outbox_due', table_name='outbox', postgresql_where=sa.text('done_at IS NULL'))
    op.drop_table('outbox')
    op.drop_table('journal_seals')
    op.drop_table('heartbeats')
    op.execute("DROP FUNCTION refuse_change() CASCADE")
    for sequence in SEQUENCES:
        op.execute(f"DROP SEQUENCE {sequence}")
