-- Workflows: what is to be done when something happens, and what was done. A run belongs to the version that it began with.

create table workflow (
  workspace_id  bigint not null,
  id            uuid not null,
  kind          text not null,                   -- workflow; webhook: a subscription to changes
  name          text not null,
  enabled       boolean not null,
  version       int not null,
  acts_as       uuid,                            -- the admin with whose rights it acts
  secrets       jsonb not null,                  -- [{sealed, until}]: what requests are signed with, newest first
  since         xid8 not null default pg_current_xact_id(),  -- only changes after it start the workflow
  problem       text,                            -- why the server disabled it
  failing_since timestamptz,                     -- since when no request has succeeded
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  deleted_at    timestamptz,                     -- its name stays in the history of records
  primary key (workspace_id, id)
);

create table workflow_version (
  workspace_id bigint not null,
  workflow_id  uuid not null,
  version      int not null,
  name         text not null,
  trigger      json not null,
  steps        json not null,
  created_at   timestamptz not null,
  actor        text,
  primary key (workspace_id, workflow_id, version)
);

-- A control table: addresses that other systems send requests to, found by the hash of the secret in them.
create table workflow_hook (
  sha256       bytea primary key,
  workspace_id bigint not null,
  workflow_id  uuid not null
);
create unique index workflow_hook_of on workflow_hook (workspace_id, workflow_id);

-- What happened, once for all the workflows that it started.
create table workflow_event (
  workspace_id bigint not null,
  id           uuid not null,
  name         text not null,                    -- opportunity.updated, schedule, hook, manual
  at           timestamptz not null,
  actor        text,
  object_type  text,
  record_id    uuid,
  data         json not null,                    -- the record as it was, what changed; the body of a request
  primary key (workspace_id, id)
);

create table workflow_run (
  workspace_id bigint not null,
  id           uuid not null,
  workflow_id  uuid not null,
  version      int not null,
  event_id     uuid not null,
  status       text not null,                    -- queued, running, waiting, completed, failed, cancelled, refused
  depth        int not null,                     -- how many runs led to it
  replay_of    uuid,
  position     text,                             -- the step it is at, e.g. 2.yes.0
  since        timestamptz not null,             -- when it got there; ids of what the step writes derive from it
  attempts     int not null default 0,           -- at that step
  moves        int not null default 0,           -- how often it was written; a writer that finds another number gives way
  outputs      jsonb not null default '{}',      -- what steps answered, by their keys
  due_at       timestamptz,                      -- when it goes on; null: it is over
  problem      text,
  created_at   timestamptz not null,
  ended_at     timestamptz,
  primary key (workspace_id, id)
);
create index workflow_run_of on workflow_run (workspace_id, workflow_id, id);
create index workflow_run_status on workflow_run (workspace_id, workflow_id, status, id);
create index workflow_run_due on workflow_run (workspace_id, workflow_id, due_at) where due_at is not null;
create unique index workflow_run_event on workflow_run (workspace_id, workflow_id, event_id) where replay_of is null;
create index workflow_run_event_id on workflow_run (workspace_id, event_id);
create index workflow_run_age on workflow_run (ended_at);

create table workflow_log (
  workspace_id bigint not null,
  run_id       uuid not null,
  n            int not null,
  at           timestamptz not null,
  step         text,
  kind         text not null,                    -- done, failed, retrying, waiting, ended
  message      text not null,
  details      jsonb not null,
  primary key (workspace_id, run_id, n)
);

-- How far the log of changes has been read for what starts workflows. None: no workflow waits for changes.
create table workflow_cursor (
  workspace_id bigint primary key,
  transaction  xid8 not null default pg_current_xact_id(),  -- in a database that was restored: nothing before it counts
  id           uuid not null
);
