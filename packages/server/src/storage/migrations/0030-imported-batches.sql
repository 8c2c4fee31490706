-- The records of a batch of an import whose work is asked for when the import has ended; the piece of work that does so has
-- the same id.
create table imported_batch (
  workspace_id bigint not null,
  id           uuid not null,
  records      uuid[] not null,
  primary key (workspace_id, id)
);
