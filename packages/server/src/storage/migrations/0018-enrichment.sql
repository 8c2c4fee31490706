-- What a workspace wants of enrichment, where that is not the default.
create table enrichment_setting (
  workspace_id bigint primary key,
  settings     jsonb not null
);

-- Runs: each looks up what is missing of one record, or what was named.
create table enrichment_run (
  workspace_id  bigint not null,
  id            uuid not null,
  object_type   text not null,
  record_id     uuid not null,
  trigger       text not null,                   -- creation, manual
  status        text not null,                   -- queued, running, completed, failed, timed_out
  outcome       text,                            -- what came of it, by name
  target_fields text[] not null,
  named         boolean not null,                -- the fields were named, so that they are refreshed
  actor         text,                            -- who asked for it
  page          jsonb,                           -- what was read: its address, title and description
  change_id     uuid,                            -- of the write, fixed before it is made
  created_at    timestamptz not null,
  started_at    timestamptz,
  completed_at  timestamptz,
  updated_at    timestamptz not null,
  primary key (workspace_id, id)
);
create unique index enrichment_run_in_flight on enrichment_run (workspace_id, record_id) where status in ('queued', 'running');
create index enrichment_run_record on enrichment_run (workspace_id, record_id, id);

-- What a run found for a field, and what became of it.
create table enrichment_value (
  workspace_id bigint not null,
  run_id       uuid not null,
  field        text not null,
  record_id    uuid not null,
  before       jsonb,
  value        jsonb,
  source       text,                             -- the address of the page
  found_at     timestamptz,
  outcome      text not null,                    -- pending until the write; filled, unchanged, kept, suggested …
  primary key (workspace_id, run_id, field)
);
create index enrichment_value_record on enrichment_value (workspace_id, record_id, field, run_id);
