-- A write is one call of one of these functions. They hold only single-row statements by full key, in loops over arrays,
-- which is also the form that a sharded database runs on the owning node. What they refuse they raise under SQLSTATEs of
-- their own:
--   OF001  the definitions have changed since the caller read them
--   OF002  the record has changed since the caller read it, or is gone
--   OF003  the idempotency key has been used meanwhile
--   OF004  a linked record does not exist or has another type      detail: position in the arrays, from 1
--   OF005  a linked record is in the trash                          detail: position in the arrays, from 1
--   OF006  a unique value is taken                                  detail: field id, holder's id
--   OF007  a record of the type has the external id already

-- Waits for a change of definitions under way, and holds off the next until this write is done.
create function require_definitions(p_workspace bigint, p_version int) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(1330005574, (p_workspace % 2147483647)::int);
  perform 1 from definitions_version d where d.workspace_id = p_workspace and d.version = p_version;
  if not found then raise exception 'definitions have changed' using errcode = 'OF001'; end if;
end $$;

create function keep_response(p_workspace bigint, p_operation text, p_key text, p_response text, p_at timestamptz)
returns void language plpgsql as $$
begin
  insert into idempotency as i (workspace_id, operation, key, response, created_at)
  values (p_workspace, p_operation, p_key, p_response, p_at)
  on conflict (workspace_id, operation, key) do update set response = excluded.response, created_at = excluded.created_at
  where i.created_at < excluded.created_at - interval '24 hours';
  if not found then raise exception 'idempotency key in use' using errcode = 'OF003'; end if;
end $$;

-- Links the record to others: per link its relationship, whether the record is the from end, the other record and the
-- type it must have, and whether this end and the other may have one link only. A full has-one end lets its link go.
create function add_links(
  p_workspace bigint, p_id uuid, p_relationships int[], p_from boolean[], p_others uuid[], p_types int[],
  p_one boolean[], p_other_one boolean[]
) returns void language plpgsql as $$
declare
  v_type int; v_deleted timestamptz; v_from uuid; v_to uuid; v_from_one boolean; v_to_one boolean;
begin
  for i in 1..cardinality(p_relationships) loop
    select r.object_type, r.deleted_at into v_type, v_deleted
    from record r where r.workspace_id = p_workspace and r.id = p_others[i] for key share;
    if v_type is distinct from p_types[i] then
      raise exception 'related record not found' using errcode = 'OF004', detail = i::text;
    end if;
    if v_deleted is not null then
      raise exception 'related record is in the trash' using errcode = 'OF005', detail = i::text;
    end if;
    if p_from[i] then
      v_from := p_id; v_to := p_others[i]; v_from_one := p_one[i]; v_to_one := p_other_one[i];
    else
      v_from := p_others[i]; v_to := p_id; v_from_one := p_other_one[i]; v_to_one := p_one[i];
    end if;
    loop
      if v_from_one then
        delete from edge e where e.workspace_id = p_workspace and e.from_id = v_from
          and e.relationship = p_relationships[i] and e.to_id <> v_to;
      end if;
      if v_to_one then
        delete from edge e where e.workspace_id = p_workspace and e.to_id = v_to
          and e.relationship = p_relationships[i] and e.from_id <> v_from;
      end if;
      insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
      values (p_workspace, p_relationships[i], v_from, v_to, v_from_one, v_to_one) on conflict do nothing;
      exit when found;
      perform 1 from edge e where e.workspace_id = p_workspace and e.from_id = v_from
        and e.relationship = p_relationships[i] and e.to_id = v_to;
      exit when found;
    end loop;
  end loop;
end $$;

create function add_entries(
  p_workspace bigint, p_id uuid, p_text_fields int[], p_texts text[], p_number_fields int[], p_numbers float8[],
  p_substring_fields int[], p_substrings text[], p_unique_fields int[], p_uniques text[]
) returns void language plpgsql as $$
declare
  v_holder uuid;
begin
  for i in 1..cardinality(p_text_fields) loop
    insert into index_text (workspace_id, field, value, id)
    values (p_workspace, p_text_fields[i], p_texts[i], p_id) on conflict do nothing;
  end loop;
  for i in 1..cardinality(p_number_fields) loop
    insert into index_number (workspace_id, field, value, id)
    values (p_workspace, p_number_fields[i], p_numbers[i], p_id) on conflict do nothing;
  end loop;
  for i in 1..cardinality(p_substring_fields) loop
    insert into index_substring (workspace_id, field, value, id)
    values (p_workspace, p_substring_fields[i], p_substrings[i], p_id) on conflict do nothing;
  end loop;
  for i in 1..cardinality(p_unique_fields) loop
    insert into unique_value (workspace_id, field, value, id)
    values (p_workspace, p_unique_fields[i], p_uniques[i], p_id) on conflict do nothing;
    if not found then
      select u.id into v_holder from unique_value u
      where u.workspace_id = p_workspace and u.field = p_unique_fields[i] and u.value = p_uniques[i];
      if v_holder is distinct from p_id then
        raise exception 'value is taken' using errcode = 'OF006', detail = p_unique_fields[i] || ' ' || coalesce(v_holder::text, '');
      end if;
    end if;
  end loop;
end $$;

create function remove_entries(
  p_workspace bigint, p_id uuid, p_text_fields int[], p_texts text[], p_number_fields int[], p_numbers float8[],
  p_substring_fields int[], p_substrings text[], p_unique_fields int[], p_uniques text[]
) returns void language plpgsql as $$
begin
  for i in 1..cardinality(p_text_fields) loop
    delete from index_text t
    where t.workspace_id = p_workspace and t.field = p_text_fields[i] and t.value = p_texts[i] and t.id = p_id;
  end loop;
  for i in 1..cardinality(p_number_fields) loop
    delete from index_number n
    where n.workspace_id = p_workspace and n.field = p_number_fields[i] and n.value = p_numbers[i] and n.id = p_id;
  end loop;
  for i in 1..cardinality(p_substring_fields) loop
    delete from index_substring s
    where s.workspace_id = p_workspace and s.field = p_substring_fields[i] and s.value = p_substrings[i] and s.id = p_id;
  end loop;
  for i in 1..cardinality(p_unique_fields) loop
    delete from unique_value u
    where u.workspace_id = p_workspace and u.field = p_unique_fields[i] and u.value = p_uniques[i] and u.id = p_id;
  end loop;
end $$;

create function add_work(p_workspace bigint, p_kinds text[], p_records uuid[], p_due timestamptz)
returns void language plpgsql as $$
begin
  for i in 1..cardinality(p_kinds) loop
    insert into outbox as o (workspace_id, kind, record_id, due_at) values (p_workspace, p_kinds[i], p_records[i], p_due)
    on conflict (workspace_id, kind, record_id) do update set version = o.version + 1, attempts = 0, progress = null;
  end loop;
end $$;

create function create_record(
  p_workspace bigint, p_definitions int, p_id uuid, p_type int, p_at timestamptz, p_external_id text, p_fields jsonb,
  p_relationships int[], p_from boolean[], p_others uuid[], p_types int[], p_one boolean[], p_other_one boolean[],
  p_text_fields int[], p_texts text[], p_number_fields int[], p_numbers float8[],
  p_substring_fields int[], p_substrings text[], p_unique_fields int[], p_uniques text[],
  p_change uuid, p_actor text, p_after jsonb, p_links jsonb,
  p_work text[], p_work_records uuid[],
  p_operation text, p_key text, p_response text
) returns void language plpgsql as $$
begin
  perform require_definitions(p_workspace, p_definitions);
  if p_key is not null then perform keep_response(p_workspace, p_operation, p_key, p_response, p_at); end if;
  insert into record (workspace_id, id, object_type, created_at, updated_at, external_id, fields)
  values (p_workspace, p_id, p_type, p_at, p_at, p_external_id, p_fields) on conflict do nothing;
  if not found then raise exception 'external id is taken' using errcode = 'OF007'; end if;
  perform add_links(p_workspace, p_id, p_relationships, p_from, p_others, p_types, p_one, p_other_one);
  perform add_entries(p_workspace, p_id, p_text_fields, p_texts, p_number_fields, p_numbers,
    p_substring_fields, p_substrings, p_unique_fields, p_uniques);
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_id, p_change, p_at, p_actor, 'created', '{}', p_after, p_links);
  perform add_work(p_workspace, p_work, p_work_records, p_at);
end $$;

-- p_cleared: keys to remove from `fields`, p_set: keys to put there. Without p_changed only the response is kept.
create function update_record(
  p_workspace bigint, p_definitions int, p_id uuid, p_version int, p_at timestamptz, p_changed boolean,
  p_cleared text[], p_set jsonb,
  p_unlink_relationships int[], p_unlink_from boolean[], p_unlink_others uuid[],
  p_relationships int[], p_from boolean[], p_others uuid[], p_types int[], p_one boolean[], p_other_one boolean[],
  p_old_text_fields int[], p_old_texts text[], p_old_number_fields int[], p_old_numbers float8[],
  p_old_substring_fields int[], p_old_substrings text[], p_old_unique_fields int[], p_old_uniques text[],
  p_text_fields int[], p_texts text[], p_number_fields int[], p_numbers float8[],
  p_substring_fields int[], p_substrings text[], p_unique_fields int[], p_uniques text[],
  p_change uuid, p_actor text, p_before jsonb, p_after jsonb, p_links jsonb,
  p_work text[], p_work_records uuid[],
  p_operation text, p_key text, p_response text
) returns void language plpgsql as $$
begin
  perform require_definitions(p_workspace, p_definitions);
  if p_key is not null then perform keep_response(p_workspace, p_operation, p_key, p_response, p_at); end if;
  if not p_changed then return; end if;
  update record r set fields = (r.fields - p_cleared) || p_set, version = r.version + 1, updated_at = p_at
  where r.workspace_id = p_workspace and r.id = p_id and r.version = p_version and r.deleted_at is null;
  if not found then raise exception 'record has changed' using errcode = 'OF002'; end if;
  for i in 1..cardinality(p_unlink_relationships) loop
    if p_unlink_from[i] then
      delete from edge e where e.workspace_id = p_workspace and e.from_id = p_id
        and e.relationship = p_unlink_relationships[i] and e.to_id = p_unlink_others[i];
    else
      delete from edge e where e.workspace_id = p_workspace and e.to_id = p_id
        and e.relationship = p_unlink_relationships[i] and e.from_id = p_unlink_others[i];
    end if;
  end loop;
  perform add_links(p_workspace, p_id, p_relationships, p_from, p_others, p_types, p_one, p_other_one);
  perform remove_entries(p_workspace, p_id, p_old_text_fields, p_old_texts, p_old_number_fields, p_old_numbers,
    p_old_substring_fields, p_old_substrings, p_old_unique_fields, p_old_uniques);
  perform add_entries(p_workspace, p_id, p_text_fields, p_texts, p_number_fields, p_numbers,
    p_substring_fields, p_substrings, p_unique_fields, p_uniques);
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_id, p_change, p_at, p_actor, 'updated', p_before, p_after, p_links);
  perform add_work(p_workspace, p_work, p_work_records, p_at);
end $$;

-- Puts generated text beside a record and strikes the work off, unless it was asked for again meanwhile.
create function write_generated(p_workspace bigint, p_id uuid, p_fields jsonb, p_kind text, p_version int)
returns void language plpgsql as $$
begin
  insert into generated_fields as g (workspace_id, id, fields) values (p_workspace, p_id, p_fields)
  on conflict (workspace_id, id) do update set fields = g.fields || excluded.fields;
  delete from outbox o
  where o.workspace_id = p_workspace and o.kind = p_kind and o.record_id = p_id and o.version = p_version;
end $$;
