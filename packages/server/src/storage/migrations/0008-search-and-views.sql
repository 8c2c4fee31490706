-- Reading what happened in a workspace, in the order in which it counts (see change); and how people look at records.

create index change_log on change (workspace_id, transaction, id);

-- A way of looking at the records of a type: as whom it belongs to left it, or, shared, as all see it.
create table view (
  workspace_id bigint not null,
  id           uuid not null,
  object_type  text not null,
  owner        uuid not null,                    -- a member
  name         text not null,
  shared       boolean not null,
  position     float8 not null,
  layout       text not null,                    -- table, board
  query        text not null,                    -- filters and sorting, as the web app has them in its addresses
  columns      jsonb not null,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  primary key (workspace_id, id)
);
create index view_list on view (workspace_id, object_type, position, id);

-- What the web app remembers of a member.
create table preference (
  workspace_id bigint not null,
  member       uuid not null,
  settings     jsonb not null,
  primary key (workspace_id, member)
);
