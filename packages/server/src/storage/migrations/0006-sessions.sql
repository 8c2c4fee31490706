-- Who is signed in, and how members come in. Two further control tables: session and sign_in_link are found by the hash
-- of a secret, before a workspace is known.

create table session (
  sha256       bytea primary key,                -- of the token in the browser's cookie
  workspace_id bigint not null,
  member_id    uuid not null,
  user_agent   text,
  created_at   timestamptz not null,
  last_used_at timestamptz not null,
  expires_at   timestamptz not null              -- moves on while it is used
);
create index session_member on session (workspace_id, member_id);

-- A link that lets a member choose a password, once. One per member and purpose: a new one replaces the old one.
create table sign_in_link (
  sha256       bytea primary key,                -- of the secret in the link
  workspace_id bigint not null,
  member_id    uuid not null,
  purpose      text not null,                    -- invitation, reset
  created_at   timestamptz not null,
  expires_at   timestamptz not null
);
create unique index sign_in_link_member on sign_in_link (workspace_id, member_id, purpose);

create table password (
  workspace_id bigint not null,
  member_id    uuid not null,
  hash         text not null,                    -- Argon2id, with its parameters and salt
  changed_at   timestamptz not null,
  primary key (workspace_id, member_id)
);
