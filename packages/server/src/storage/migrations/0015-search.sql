-- Search. The words by which a record is found are index entries of their own: rows of index_text with the field 0, whose
-- value is the word without accents and in lower case, a space, and the id of the field that it stands in. They come and go
-- with the others. What people type may be a part of a word, or a word with a mistake: every word that ever stood in a
-- workspace is kept once, for finding those that are like another.

create table search_word (
  workspace_id bigint not null,
  word         text collate "C" not null,
  primary key (workspace_id, word)
);
create index search_word_trigrams on search_word using gin (word gin_trgm_ops);

-- As before, and notes the words. Numbers are left out: they have parts, which other indexes find, but no mistakes.
-- Callers hand over words in one order, so that two who note the same new words wait for each other in turn.
create or replace function add_entries(
  p_workspace bigint, p_id uuid, p_text_fields int[], p_texts text[], p_number_fields int[], p_numbers float8[],
  p_substring_fields int[], p_substrings text[], p_unique_fields int[], p_uniques text[]
) returns void language plpgsql as $$
declare
  v_holder uuid;
begin
  for i in 1..cardinality(p_text_fields) loop
    insert into index_text (workspace_id, field, value, id)
    values (p_workspace, p_text_fields[i], p_texts[i], p_id) on conflict do nothing;
    if p_text_fields[i] = 0 and p_texts[i] collate "C" > ':' then
      insert into search_word (workspace_id, word) values (p_workspace, split_part(p_texts[i], ' ', 1))
      on conflict do nothing;
    end if;
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

-- A file's record has its name, as others have theirs; once complete, it is found by it.
create or replace function create_file(
  p_workspace bigint, p_id uuid, p_type int, p_at timestamptz,
  p_filename text, p_mime_type text, p_size_bytes int, p_purpose text, p_expires_at timestamptz,
  p_change uuid, p_actor text, p_operation text, p_key text, p_response text
) returns void language plpgsql as $$
begin
  if p_key is not null then perform keep_response(p_workspace, p_operation, p_key, p_response, p_at); end if;
  insert into record (workspace_id, id, object_type, created_at, updated_at, fields)
  values (p_workspace, p_id, p_type, p_at, p_at,
    jsonb_build_object('$filename', jsonb_build_object('value', p_filename, 'valueType', 'TEXT')));
  insert into file (workspace_id, id, status, filename, mime_type, size_bytes, purpose, expires_at)
  values (p_workspace, p_id, 'PENDING', p_filename, p_mime_type, p_size_bytes, p_purpose, p_expires_at);
  insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
  values (p_workspace, p_id, p_change, p_at, p_actor, 'created', '{}', '{}', '{}');
end $$;

update record r set fields = jsonb_build_object('$filename', jsonb_build_object('value', f.filename, 'valueType', 'TEXT'))
from file f where f.workspace_id = r.workspace_id and f.id = r.id;

drop function complete_file(bigint, uuid, uuid, timestamptz);
create function complete_file(
  p_workspace bigint, p_id uuid, p_upload uuid, p_at timestamptz, p_text_fields int[], p_texts text[]
) returns boolean language plpgsql as $$
begin
  update file f set status = 'COMPLETED', completed_at = p_at
  where f.workspace_id = p_workspace and f.id = p_id and f.status = 'PENDING' and f.expires_at > p_at
    and f.upload_id = p_upload;
  if not found then return false; end if;
  delete from file_upload u where u.workspace_id = p_workspace and u.file_id = p_id and u.id = p_upload;
  perform add_entries(p_workspace, p_id, p_text_fields, p_texts, '{}', '{}', '{}', '{}', '{}', '{}');
  return true;
end $$;

-- What is there already is gone through in the background.
insert into outbox (workspace_id, kind, record_id)
select id, 'search-words', '00000000-0000-0000-0000-000000000000' from workspace;
