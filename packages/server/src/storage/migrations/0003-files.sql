-- Files. A file is a record, so that others can be linked to it; what it is beyond that stands here. The bytes are
-- elsewhere: each upload has a place of its own, named by the ids of the file and of the upload, and is written once.
-- What counts is what the file's row names, so that uploads which meet or break off never mix.

-- A control table: what this installation signs with.
create table secret (
  name  text primary key,
  value bytea not null
);

create table file (
  workspace_id bigint not null,
  id           uuid not null,
  status       text not null,                    -- PENDING, COMPLETED, CANCELLED; PENDING after expires_at is EXPIRED
  filename     text not null,
  mime_type    text not null,
  size_bytes   int not null,                     -- as announced
  purpose      text,                             -- never shown
  expires_at   timestamptz not null,             -- of the upload session
  completed_at timestamptz,
  upload_id    uuid,                             -- the upload whose bytes are the file's
  upload_bytes int,
  upload_md5   bytea,
  primary key (workspace_id, id)
);

-- Uploads whose bytes are, or may be, somewhere without being those of a completed file.
create table file_upload (
  workspace_id bigint not null,
  file_id      uuid not null,
  id           uuid not null,
  started_at   timestamptz not null,
  primary key (workspace_id, file_id, id)
);
create index file_upload_age on file_upload (started_at);

create function create_file(
  p_workspace bigint, p_id uuid, p_type int, p_at timestamptz,
  p_filename text, p_mime_type text, p_size_bytes int, p_purpose text, p_expires_at timestamptz,
  p_change uuid, p_actor text, p_operation text, p_key text, p_response text
) returns void language plpgsql as $$
begin
  if p_key is not null then perform keep_response(p_workspace, p_operation, p_key, p_response, p_at); end if;
  insert into record (workspace_id, id, object_type, created_at, updated_at, fields)
  values (p_workspace, p_id, p_type, p_at, p_at, '{}');
  insert into file (workspace_id, id, status, filename, mime_type, size_bytes, purpose, expires_at)
  values (p_workspace, p_id, 'PENDING', p_filename, p_mime_type, p_size_bytes, p_purpose, p_expires_at);
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_id, p_change, p_at, p_actor, 'created', '{}', '{}', '{}');
end $$;

-- Makes an upload the one that counts, if the session is still open; with p_once only if none does yet. Says whether it
-- did, and which upload counted before.
create function finish_upload(
  p_workspace bigint, p_file uuid, p_upload uuid, p_bytes int, p_md5 bytea, p_at timestamptz, p_once boolean,
  out accepted boolean, out replaced uuid
) language plpgsql as $$
begin
  select f.upload_id into replaced from file f
  where f.workspace_id = p_workspace and f.id = p_file and f.status = 'PENDING' and f.expires_at > p_at
    and not (p_once and f.upload_id is not null) for update;
  accepted := found;
  if not accepted then return; end if;
  update file f set upload_id = p_upload, upload_bytes = p_bytes, upload_md5 = p_md5
  where f.workspace_id = p_workspace and f.id = p_file;
end $$;

-- Completes a file with the upload that the caller has checked. Says whether it did: not when the session is no longer
-- open, or another upload counts by now.
create function complete_file(p_workspace bigint, p_id uuid, p_upload uuid, p_at timestamptz)
returns boolean language plpgsql as $$
begin
  update file f set status = 'COMPLETED', completed_at = p_at
  where f.workspace_id = p_workspace and f.id = p_id and f.status = 'PENDING' and f.expires_at > p_at
    and f.upload_id = p_upload;
  if not found then return false; end if;
  delete from file_upload u where u.workspace_id = p_workspace and u.file_id = p_id and u.id = p_upload;
  return true;
end $$;
