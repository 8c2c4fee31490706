-- Files that are attached to records: an edge from the record to the file, so that merging and the trash move it like others.

-- Attaches a completed file; says whether it was not attached before. The record stays as it is: nothing of it has changed.
create function attach_file(
  p_workspace bigint, p_record uuid, p_type int, p_file uuid, p_relationship int, p_at timestamptz,
  p_change uuid, p_actor text, p_links jsonb
) returns boolean language plpgsql as $$
begin
  -- Holds off its deletion, which would miss the link.
  perform 1 from record r
  where r.workspace_id = p_workspace and r.id = p_record and r.object_type = p_type and r.deleted_at is null for key share;
  if not found then raise exception 'record has changed' using errcode = 'OF002'; end if;
  insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
  values (p_workspace, p_relationship, p_record, p_file, false, false) on conflict do nothing;
  if not found then return false; end if;
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_record, p_change, p_at, p_actor, 'updated', '{}', '{}', p_links);
  return true;
end $$;

-- Takes a file off a record; says whether it was attached.
create function detach_file(
  p_workspace bigint, p_record uuid, p_file uuid, p_relationship int, p_at timestamptz,
  p_change uuid, p_actor text, p_links jsonb
) returns boolean language plpgsql as $$
begin
  delete from edge e where e.workspace_id = p_workspace and e.from_id = p_record
    and e.relationship = p_relationship and e.to_id = p_file;
  if not found then return false; end if;
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_record, p_change, p_at, p_actor, 'updated', '{}', '{}', p_links);
  return true;
end $$;
