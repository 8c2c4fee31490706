-- What was erased of whom, without saying anything of them. It is also kept outside of the database, so that what an older
-- backup still has is erased again when it is restored.
create table erasure (
  workspace_id bigint not null,
  id           uuid not null,
  record_id    uuid not null,
  object_type  text not null,
  keys         text[],                           -- of the fields; null: all of them
  emails       boolean not null,                 -- those that it was linked to as well
  removed      boolean not null,                 -- nothing of the record is left
  at           timestamptz not null,
  actor        text,
  primary key (workspace_id, id)
);
