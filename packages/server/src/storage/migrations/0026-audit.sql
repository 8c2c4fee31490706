-- What admins did, and who signed in. Writes of records stand in `change` and nowhere else: both are read together.
create table audit (
  workspace_id bigint not null,
  id           uuid not null,
  at           timestamptz not null,
  actor        text,                             -- as in `change`; null: the command line, or nobody who is known
  action       text not null,                    -- the id of the operation, or command.…
  object       text,                             -- the public id or the slug of what it was done to
  outcome      text not null,                    -- begun, then done or refused; one that stays begun broke off
  details      jsonb not null,                   -- what was given, as far as it says nothing of a person
  request_id   text,
  address      text,                             -- where it came from
  transaction  xid8 not null default pg_current_xact_id(),
  primary key (workspace_id, id)
);
create index audit_log on audit (workspace_id, transaction, id);

-- Nothing of it is changed or removed: only how something ended is added, once.
create function keep_audit() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.outcome = 'begun' and new.outcome <> 'begun'
    and (new.workspace_id, new.id, new.at, new.actor, new.action, new.details, new.request_id, new.address, new.transaction)
      is not distinct from
      (old.workspace_id, old.id, old.at, old.actor, old.action, old.details, old.request_id, old.address, old.transaction)
  then
    return new;
  end if;
  raise exception 'the audit log is only added to' using errcode = 'OF026';
end $$;
create trigger audit_is_kept before update or delete on audit for each row execute function keep_audit();
create trigger audit_is_not_emptied before truncate on audit for each statement execute function keep_audit();
