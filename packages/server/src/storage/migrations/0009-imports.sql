-- Custom object types can be removed. One that is being removed keeps its number, which its records in the trash carry.
alter table object_type add column removed_at timestamptz;

-- Imports of tables. The bytes are those of a file; here is how they are read, what becomes of them, and how far it is.
create table import (
  workspace_id bigint not null,
  id           uuid not null,
  object_type  text not null,
  file_id      uuid not null,
  state        text not null,                    -- draft, running, cancelled, done, failed, undoing, undone
  problem      text,                             -- why it failed
  created_by   jsonb not null,                   -- the caller in whose name it writes
  source       jsonb not null,                   -- what was found in the file: encoding, delimiter, columns …
  settings     jsonb not null,                   -- what it is to do: mapping, match …
  created_at   timestamptz not null,
  started_at   timestamptz,
  finished_at  timestamptz,
  total        int not null,
  created      int not null default 0,
  updated      int not null default 0,
  skipped      int not null default 0,
  refused      int not null default 0,
  reverted     int not null default 0,
  kept         int not null default 0,
  failed       int not null default 0,
  primary key (workspace_id, id)
);

-- What becomes of each row. `id` is fixed before the row is written: a record that the row creates has that id, and so has
-- the change by which it creates or updates one. So a row that is taken up again after a crash knows whether it was done.
create table import_row (
  workspace_id bigint not null,
  import_id    uuid not null,
  row          int not null,                     -- as a spreadsheet counts, the header is row 1
  part         int not null,                     -- 0: the row's record; from 1: accounts that were created for it
  id           uuid not null,
  outcome      text,                             -- created, updated, skipped, refused
  object_type  text not null,
  record_id    uuid,
  error        text,
  undone       text,                             -- reverted, kept, failed
  primary key (workspace_id, import_id, row, part)
);
create unique index import_row_id on import_row (workspace_id, id);
