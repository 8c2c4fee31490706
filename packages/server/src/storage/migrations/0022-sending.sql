-- E-mails and drafts that were asked for under an idempotency key, so that one process makes each, once.
create table sending (
  workspace_id bigint not null,
  operation    text not null,
  key          text not null,
  id           uuid not null,                    -- of what it becomes
  message_id   text not null,
  state        text not null default 'prepared', -- prepared: no server has it; sending: one may have it; sent: one has it
  sent_at      timestamptz,
  lease_until  timestamptz not null,             -- a process is at it
  created_at   timestamptz not null default now(),
  primary key (workspace_id, operation, key)
);
create index sending_age on sending (created_at);
