-- The trash, and merging two records into one.

alter table record add column merged_into uuid;           -- a merged duplicate is in the trash for good
create index record_trash on record (workspace_id, deleted_at desc, id) where deleted_at is not null and merged_into is null;

create table merge (
  workspace_id bigint not null,
  id           uuid not null,
  object_type  int not null,
  primary_id   uuid not null,
  duplicate_id uuid not null,
  status       text not null,                             -- cleanup_pending, done
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  primary key (workspace_id, id)
);

-- Which record an id stands for: itself or, after merges, the one that lives on. Holds off its deletion until this
-- transaction ends, and tells whether it is in the trash by then.
create function survivor_of(p_workspace bigint, p_id uuid, out id uuid, out deleted_at timestamptz) language plpgsql as $$
declare
  v_next uuid := p_id;
begin
  while v_next is not null loop
    id := v_next;
    select r.deleted_at, r.merged_into into deleted_at, v_next
    from record r where r.workspace_id = p_workspace and r.id = v_next for key share;
  end loop;
end $$;

-- Puts a record in the trash: nothing finds it any more, its links are put aside so that a restore can bring them back.
create function trash_record(
  p_workspace bigint, p_definitions int, p_id uuid, p_version int, p_at timestamptz,
  p_text_fields int[], p_texts text[], p_number_fields int[], p_numbers float8[],
  p_substring_fields int[], p_substrings text[], p_unique_fields int[], p_uniques text[],
  p_change uuid, p_actor text, p_work text[], p_work_records uuid[]
) returns void language plpgsql as $$
declare
  v_edge edge%rowtype;
begin
  perform require_definitions(p_workspace, p_definitions);
  -- Holds off, and waits for, writes that link to the record: they lock its key.
  perform 1 from record r where r.workspace_id = p_workspace and r.id = p_id for update;
  update record r set deleted_at = p_at, version = r.version + 1
  where r.workspace_id = p_workspace and r.id = p_id and r.version = p_version and r.deleted_at is null;
  if not found then raise exception 'record has changed' using errcode = 'OF002'; end if;
  for v_edge in
    select * from edge e where e.workspace_id = p_workspace and e.from_id = p_id
    union all
    select * from edge e where e.workspace_id = p_workspace and e.to_id = p_id and e.from_id <> p_id
  loop
    delete from edge e where e.workspace_id = p_workspace and e.from_id = v_edge.from_id
      and e.relationship = v_edge.relationship and e.to_id = v_edge.to_id;
    -- Else the record at the other end has let go of it meanwhile.
    if found then
      insert into trashed_edge (workspace_id, trashed_id, relationship, from_id, to_id, from_one, to_one)
      values (p_workspace, p_id, v_edge.relationship, v_edge.from_id, v_edge.to_id, v_edge.from_one, v_edge.to_one)
      on conflict do nothing;
    end if;
  end loop;
  perform remove_entries(p_workspace, p_id, p_text_fields, p_texts, p_number_fields, p_numbers,
    p_substring_fields, p_substrings, p_unique_fields, p_uniques);
  perform remove_derived_entries(p_workspace, p_id);
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_id, p_change, p_at, p_actor, 'trashed', '{}', '{}', '{}');
  perform add_work(p_workspace, p_work, p_work_records, p_at);
end $$;

-- Brings a record back from the trash, with its links. A link whose other end is in the trash waits there for it; a place
-- for one link that has been taken meanwhile stays taken.
create function restore_record(
  p_workspace bigint, p_definitions int, p_id uuid, p_version int, p_at timestamptz,
  p_text_fields int[], p_texts text[], p_number_fields int[], p_numbers float8[],
  p_substring_fields int[], p_substrings text[], p_unique_fields int[], p_uniques text[],
  p_change uuid, p_actor text, p_work text[], p_work_records uuid[]
) returns void language plpgsql as $$
declare
  v_edge trashed_edge%rowtype; v_from uuid; v_to uuid; v_other uuid; v_deleted timestamptz;
begin
  perform require_definitions(p_workspace, p_definitions);
  -- Of two linked records that come back at once, the second sees the first.
  perform 1 from record r where r.workspace_id = p_workspace and r.id = p_id for update;
  begin
    update record r set deleted_at = null, version = r.version + 1
    where r.workspace_id = p_workspace and r.id = p_id and r.version = p_version
      and r.deleted_at is not null and r.merged_into is null;
    if not found then raise exception 'record has changed' using errcode = 'OF002'; end if;
  exception when unique_violation then
    raise exception 'external id is taken' using errcode = 'OF007';
  end;
  for v_edge in select * from trashed_edge t where t.workspace_id = p_workspace and t.trashed_id = p_id loop
    v_from := v_edge.from_id; v_to := v_edge.to_id;
    if v_from = p_id then
      select s.id, s.deleted_at into v_other, v_deleted from survivor_of(p_workspace, v_to) s;
      v_to := v_other;
    else
      select s.id, s.deleted_at into v_other, v_deleted from survivor_of(p_workspace, v_from) s;
      v_from := v_other;
    end if;
    if v_deleted is null then
      insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
      values (p_workspace, v_edge.relationship, v_from, v_to, v_edge.from_one, v_edge.to_one) on conflict do nothing;
    else
      insert into trashed_edge (workspace_id, trashed_id, relationship, from_id, to_id, from_one, to_one)
      values (p_workspace, v_other, v_edge.relationship, v_from, v_to, v_edge.from_one, v_edge.to_one)
      on conflict do nothing;
    end if;
    delete from trashed_edge t where t.workspace_id = p_workspace and t.trashed_id = p_id
      and t.relationship = v_edge.relationship and t.from_id = v_edge.from_id and t.to_id = v_edge.to_id;
  end loop;
  perform add_entries(p_workspace, p_id, p_text_fields, p_texts, p_number_fields, p_numbers,
    p_substring_fields, p_substrings, p_unique_fields, p_uniques);
  perform add_derived_entries(p_workspace, p_id);
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_id, p_change, p_at, p_actor, 'restored', '{}', '{}', '{}');
  perform add_work(p_workspace, p_work, p_work_records, p_at);
end $$;

-- Moves up to p_limit of the duplicate's links to the primary, or to where that was merged into meanwhile; returns how
-- many were left to move when it began, at most p_limit + 1. Links between the two go. Where the primary's end may have one
-- link and has it, the duplicate's goes to the trash with it; of a primary that is in the trash, links wait there.
create function move_links(p_workspace bigint, p_primary uuid, p_duplicate uuid, p_limit int) returns int
language plpgsql as $$
declare
  v_edge edge%rowtype; v_count int := 0; v_from uuid; v_to uuid; v_other uuid; v_primary uuid; v_deleted timestamptz;
begin
  select s.id, s.deleted_at into v_primary, v_deleted from survivor_of(p_workspace, p_primary) s;
  delete from edge e where e.workspace_id = p_workspace and e.from_id = p_duplicate and e.to_id in (v_primary, p_duplicate);
  delete from edge e where e.workspace_id = p_workspace and e.to_id = p_duplicate and e.from_id = v_primary;
  for v_edge in
    (select * from edge e where e.workspace_id = p_workspace and e.from_id = p_duplicate
      order by e.relationship, e.to_id limit p_limit + 1)
    union all
    (select * from edge e where e.workspace_id = p_workspace and e.to_id = p_duplicate
      order by e.relationship, e.from_id limit p_limit + 1)
  loop
    v_count := v_count + 1;
    exit when v_count > p_limit;
    -- Locked before its link, as whoever puts it in the trash does.
    v_other := case when v_edge.from_id = p_duplicate then v_edge.to_id else v_edge.from_id end;
    select s.id into v_other from survivor_of(p_workspace, v_other) s;
    delete from edge e where e.workspace_id = p_workspace and e.from_id = v_edge.from_id
      and e.relationship = v_edge.relationship and e.to_id = v_edge.to_id;
    continue when not found or v_other = v_primary;
    v_from := case when v_edge.from_id = p_duplicate then v_primary else v_other end;
    v_to := case when v_edge.to_id = p_duplicate then v_primary else v_other end;
    if v_deleted is null then
      insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
      values (p_workspace, v_edge.relationship, v_from, v_to, v_edge.from_one, v_edge.to_one) on conflict do nothing;
      continue when found;
      v_from := v_edge.from_id; v_to := v_edge.to_id;
    end if;
    insert into trashed_edge (workspace_id, trashed_id, relationship, from_id, to_id, from_one, to_one)
    values (p_workspace, case when v_deleted is null then p_duplicate else v_primary end,
      v_edge.relationship, v_from, v_to, v_edge.from_one, v_edge.to_one) on conflict do nothing;
  end loop;
  return v_count;
end $$;

-- Gives the primary its merged values and puts the duplicate in the trash for good. Moves the duplicate's links at once,
-- or, when they are many, leaves that to the background.
create function merge_records(
  p_workspace bigint, p_definitions int, p_type int, p_primary uuid, p_primary_version int,
  p_duplicate uuid, p_duplicate_version int, p_at timestamptz, p_cleared text[], p_set jsonb,
  p_duplicate_text_fields int[], p_duplicate_texts text[], p_duplicate_number_fields int[], p_duplicate_numbers float8[],
  p_duplicate_substring_fields int[], p_duplicate_substrings text[], p_duplicate_unique_fields int[], p_duplicate_uniques text[],
  p_old_text_fields int[], p_old_texts text[], p_old_number_fields int[], p_old_numbers float8[],
  p_old_substring_fields int[], p_old_substrings text[], p_old_unique_fields int[], p_old_uniques text[],
  p_text_fields int[], p_texts text[], p_number_fields int[], p_numbers float8[],
  p_substring_fields int[], p_substrings text[], p_unique_fields int[], p_uniques text[],
  p_merge uuid, p_at_once boolean, p_change uuid, p_actor text, p_before jsonb, p_after jsonb,
  p_work text[], p_work_records uuid[], p_operation text, p_key text, p_response text
) returns void language plpgsql as $$
begin
  perform require_definitions(p_workspace, p_definitions);
  if p_key is not null then perform keep_response(p_workspace, p_operation, p_key, p_response, p_at); end if;
  -- In one order for everybody, so that two merges of the same records do not wait for each other.
  perform 1 from record r where r.workspace_id = p_workspace and r.id = least(p_primary, p_duplicate) for update;
  perform 1 from record r where r.workspace_id = p_workspace and r.id = greatest(p_primary, p_duplicate) for update;
  update record r set deleted_at = p_at, merged_into = p_primary, version = r.version + 1
  where r.workspace_id = p_workspace and r.id = p_duplicate and r.version = p_duplicate_version and r.deleted_at is null;
  if not found then raise exception 'record has changed' using errcode = 'OF002'; end if;
  update record r set fields = (r.fields - p_cleared) || p_set, version = r.version + 1, updated_at = p_at
  where r.workspace_id = p_workspace and r.id = p_primary and r.version = p_primary_version and r.deleted_at is null;
  if not found then raise exception 'record has changed' using errcode = 'OF002'; end if;
  perform remove_entries(p_workspace, p_duplicate, p_duplicate_text_fields, p_duplicate_texts, p_duplicate_number_fields,
    p_duplicate_numbers, p_duplicate_substring_fields, p_duplicate_substrings, p_duplicate_unique_fields, p_duplicate_uniques);
  perform remove_derived_entries(p_workspace, p_duplicate);
  perform remove_entries(p_workspace, p_primary, p_old_text_fields, p_old_texts, p_old_number_fields, p_old_numbers,
    p_old_substring_fields, p_old_substrings, p_old_unique_fields, p_old_uniques);
  perform add_entries(p_workspace, p_primary, p_text_fields, p_texts, p_number_fields, p_numbers,
    p_substring_fields, p_substrings, p_unique_fields, p_uniques);
  if p_at_once then
    while move_links(p_workspace, p_primary, p_duplicate, 1000) > 1000 loop end loop;
  end if;
  insert into merge (workspace_id, id, object_type, primary_id, duplicate_id, status, created_at, updated_at)
  values (p_workspace, p_merge, p_type, p_primary, p_duplicate,
    case when p_at_once then 'done' else 'cleanup_pending' end, p_at, p_at);
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_primary, p_change, p_at, p_actor, 'merged', p_before, p_after, '{}');
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_duplicate, p_change, p_at, p_actor, 'merged-away', '{}', '{}', '{}');
  perform add_work(p_workspace, p_work, p_work_records, p_at);
end $$;
