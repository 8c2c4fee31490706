-- How mailboxes are kept in step with their servers.

create table mailbox_sync (
  workspace_id bigint not null,
  mailbox_id   uuid not null,
  settings     jsonb not null default '{}',      -- since, excluded, skipInternal: what the owner does not want
  state        text not null default 'pending',  -- pending, syncing, ready, retrying, needs_reconnect, paused
  problem      text,                             -- why it is retried, needs to be connected again, or what is missing
  attempts     int not null default 0,
  due_at       timestamptz not null default now(),
  asked        int not null default 0,           -- how often a pass was asked for
  checked_at   timestamptz,                      -- as of when everything was dealt with
  held_until   timestamptz,                      -- a process has it in hand, if it still lives then; null: none has
  primary key (workspace_id, mailbox_id)
);
create index mailbox_sync_due on mailbox_sync (due_at);

-- What was last seen of each folder. Rows of messages carry its number.
create table mailbox_folder (
  workspace_id  bigint not null,
  mailbox_id    uuid not null,
  number        int not null,
  path          text not null,
  uid_validity  bigint not null,
  uid_next      bigint not null,                 -- every message before it was dealt with
  messages      int not null,                    -- how many the server has
  checked_at    timestamptz not null,
  renumbered_at timestamptz,                     -- when the server last gave every message another number
  primary key (workspace_id, mailbox_id, number),
  unique (workspace_id, mailbox_id, path)
);

-- The ledger: one row for every message that was seen in a folder, and what became of it.
create table mailbox_message (
  workspace_id bigint not null,
  mailbox_id   uuid not null,
  folder       int not null,
  uid_validity bigint not null,
  uid          bigint not null,
  message_id   text collate "C" not null,        -- what emails are known by
  received_at  timestamptz not null,
  sender       text,
  subject      text,
  outcome      text not null,                    -- stored, skipped
  reason       text,                             -- why it was skipped
  note         text,                             -- what of it was left out
  email_id     uuid,
  gone_at      timestamptz,                      -- when the server had it no more
  primary key (workspace_id, mailbox_id, folder, uid_validity, uid)
);
create index mailbox_message_id on mailbox_message (workspace_id, mailbox_id, message_id);
create index mailbox_message_day on mailbox_message (workspace_id, mailbox_id, received_at);
