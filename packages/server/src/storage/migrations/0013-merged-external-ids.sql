-- The external id of a merged duplicate stands for the record that lives on.

create index record_merged_external on record (workspace_id, object_type, external_id)
  where external_id is not null and merged_into is not null;

-- As before, and a primary without an external id takes the duplicate's.
create or replace function merge_records(
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
declare
  v_external text;
begin
  perform require_definitions(p_workspace, p_definitions);
  if p_key is not null then perform keep_response(p_workspace, p_operation, p_key, p_response, p_at); end if;
  -- In one order for everybody, so that two merges of the same records do not wait for each other.
  perform 1 from record r where r.workspace_id = p_workspace and r.id = least(p_primary, p_duplicate) for update;
  perform 1 from record r where r.workspace_id = p_workspace and r.id = greatest(p_primary, p_duplicate) for update;
  update record r set deleted_at = p_at, merged_into = p_primary, version = r.version + 1
  where r.workspace_id = p_workspace and r.id = p_duplicate and r.version = p_duplicate_version and r.deleted_at is null
  returning r.external_id into v_external;
  if not found then raise exception 'record has changed' using errcode = 'OF002'; end if;
  update record r set fields = (r.fields - p_cleared) || p_set, version = r.version + 1, updated_at = p_at,
    external_id = coalesce(r.external_id, v_external)
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
