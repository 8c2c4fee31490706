-- Mailboxes that members have connected, to send from and to read. What they are signed in to with is sealed.
create table mailbox (
  workspace_id     bigint not null,
  id               uuid not null,
  member_id        uuid not null,
  address          text collate "C" not null,    -- in lower case
  provider         text not null,                -- imap, google, microsoft
  settings         jsonb not null,               -- what may be shown: servers, names, where tokens come from
  credentials      text not null,                -- sealed: passwords, or tokens and the secret they are renewed with
  revision         int not null default 1,       -- counts changes of the credentials
  renewing_until   timestamptz,                  -- somebody is renewing the tokens
  privacy          text not null,                -- of e-mails that come from it: FULL, METADATA
  state            text not null,                -- connected, needs_reconnect
  problem          text,
  connected_at     timestamptz not null,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  primary key (workspace_id, id)
);
create unique index mailbox_address on mailbox (workspace_id, address);
create index mailbox_member on mailbox (workspace_id, member_id);
