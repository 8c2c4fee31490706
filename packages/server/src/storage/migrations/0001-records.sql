-- Every tenant table's primary key, unique keys and foreign keys start with workspace_id, and every statement names it,
-- so that the schema shards by workspace. The control tables, which do not, are: workspace, key_lookup, migration, and
-- the job queue's own.

create extension if not exists pg_trgm;

-- Control tables ------------------------------------------------------------------------------------------------------

create table workspace (
  id         bigint generated always as identity primary key,
  name       text not null,
  created_at timestamptz not null default now()
);

-- The hash of an API key leads to its workspace; the text of a key carries nothing.
create table key_lookup (
  sha256       bytea primary key,
  workspace_id bigint not null,
  api_key_id   uuid not null
);

-- Definitions: what a workspace adds to the tables of the schema package ----------------------------------------------

create table definitions_version (
  workspace_id bigint primary key,
  version      int not null
);

create table object_type (
  workspace_id bigint not null,
  id           int not null,
  slug         text not null,
  label        text not null,
  plural_label text,
  primary key (workspace_id, id),
  unique (workspace_id, slug)
);

-- Custom fields, and system fields whose label, description or options were changed (those keep the system's id).
create table field_definition (
  workspace_id  bigint not null,
  id            int not null,
  public_id     uuid not null,
  object_type   text not null,
  slug          text not null,
  label         text not null,
  description   text,
  value_type    text not null,
  configuration jsonb not null default '{}',
  removed_at    timestamptz,                     -- its values are being removed; then the row goes
  primary key (workspace_id, id),
  unique (workspace_id, object_type, slug)
);

create table relationship_definition (
  workspace_id     bigint not null,
  id               int not null,
  public_id        uuid not null,
  from_object      text not null,
  from_slug        text not null,
  from_label       text not null,
  from_cardinality text not null,
  to_object        text not null,
  to_slug          text not null,
  to_label         text not null,
  to_cardinality   text not null,
  removed_at       timestamptz,
  primary key (workspace_id, id)
);

create table api_key (
  workspace_id bigint not null,
  id           uuid not null,
  name         text not null,
  sha256       bytea not null,
  hint         text not null,                    -- its last four characters, to tell keys apart
  member_id    uuid,                             -- null: a key of the workspace
  created_by   uuid,
  role         text not null,                    -- of its member (or creator) when it was made
  scopes       text[] not null,                  -- none: full access
  created_at   timestamptz not null,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  primary key (workspace_id, id)
);

-- Records -------------------------------------------------------------------------------------------------------------

-- Ids are UUIDv7: id order is creation order. `fields` holds what is set, in the form in which it is sent.
create table record (
  workspace_id bigint not null,
  id           uuid not null,
  object_type  int not null,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  version      int not null default 1,
  deleted_at   timestamptz,
  external_id  text,
  fields       jsonb not null,
  primary key (workspace_id, id)
) with (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
-- Ascending, and read backwards for newest first, so that new ids append.
create unique index record_list on record (workspace_id, object_type, id) where deleted_at is null;

create unique index record_external on record (workspace_id, object_type, external_id)
  where external_id is not null and deleted_at is null;

-- Text the system writes about a record. Beside it, so that writing it is no change of the record.
create table generated_fields (
  workspace_id bigint not null,
  id           uuid not null,
  fields       jsonb not null,
  primary key (workspace_id, id)
);

-- One row per link, read from both ends. from_one / to_one: that end may have one link only.
create table edge (
  workspace_id bigint not null,
  relationship int not null,
  from_id      uuid not null,
  to_id        uuid not null,
  from_one     boolean not null,
  to_one       boolean not null,
  primary key (workspace_id, from_id, relationship, to_id)
) with (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
create unique index edge_to on edge (workspace_id, to_id, relationship, from_id);
create unique index edge_from_one on edge (workspace_id, from_id, relationship) where from_one;
create unique index edge_to_one on edge (workspace_id, to_id, relationship) where to_one;

-- The links a record had when it was put in the trash.
create table trashed_edge (
  workspace_id bigint not null,
  trashed_id   uuid not null,
  relationship int not null,
  from_id      uuid not null,
  to_id        uuid not null,
  from_one     boolean not null,
  to_one       boolean not null,
  primary key (workspace_id, trashed_id, relationship, from_id, to_id)
);

-- What filters ask. One row per value, written with the record. "C": bytes, so that a range of texts is a prefix.
create table index_text (
  workspace_id bigint not null,
  field        int not null,
  value        text collate "C" not null,
  id           uuid not null,
  primary key (workspace_id, field, value, id)
) with (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);

create table index_number (
  workspace_id bigint not null,
  field        int not null,
  value        float8 not null,
  id           uuid not null,
  primary key (workspace_id, field, value, id)
) with (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);

create table index_substring (
  workspace_id bigint not null,
  field        int not null,
  value        text collate "C" not null,
  id           uuid not null,
  primary key (workspace_id, field, value, id)
) with (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
create index index_substring_trigrams on index_substring using gin (value gin_trgm_ops);

create table unique_value (
  workspace_id bigint not null,
  field        int not null,
  value        text collate "C" not null,
  id           uuid not null,
  primary key (workspace_id, field, value)
);

-- What happened, and what is to be done about it ----------------------------------------------------------------------

-- One row per write of a record. Readers of the log take rows in the order of (transaction, id) up to the snapshot's
-- horizon, which no later commit can fall behind.
create table change (
  workspace_id bigint not null,
  record_id    uuid not null,
  id           uuid not null,
  at           timestamptz not null,
  actor        text,                             -- id of the API key that wrote; null: the system
  kind         text not null,                    -- created, updated, trashed
  before       jsonb not null,                   -- bare values by field key, of the fields that changed
  after        jsonb not null,
  links        jsonb not null,                   -- {key: {added: [uuid], removed: [uuid]}}
  transaction  xid8 not null default pg_current_xact_id(),
  primary key (workspace_id, record_id, id)
);

-- Work to do, at most one row per kind and record, so that bursts coalesce. `version` counts how often it was asked for.
create table outbox (
  workspace_id bigint not null,
  kind         text not null,
  record_id    uuid not null,
  version      int not null default 1,
  due_at       timestamptz not null default now(),
  attempts     int not null default 0,
  progress     uuid,                             -- how far a paged piece of work has come
  primary key (workspace_id, kind, record_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index outbox_due on outbox (due_at);

create table idempotency (
  workspace_id bigint not null,
  operation    text not null,                    -- object type and create or update
  key          text not null,
  response     text not null,
  created_at   timestamptz not null,
  primary key (workspace_id, operation, key)
);
create index idempotency_age on idempotency (created_at);
