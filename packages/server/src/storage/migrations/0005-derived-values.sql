-- Values that the system derives from a record's surroundings, kept beside it like generated text.

-- What filters can ask of them, {field id: value}. These index rows come and go with the derived values, whatever the
-- writer of the record has read of them.
alter table generated_fields add column numbers jsonb not null default '{}';

create function add_derived_entries(p_workspace bigint, p_id uuid) returns void language plpgsql as $$
begin
  insert into index_number (workspace_id, field, value, id)
  select p_workspace, n.key::int, n.value::float8, p_id
  from generated_fields g cross join lateral jsonb_each_text(g.numbers) n
  where g.workspace_id = p_workspace and g.id = p_id on conflict do nothing;
end $$;

create function remove_derived_entries(p_workspace bigint, p_id uuid) returns void language plpgsql as $$
declare
  v_field int; v_value float8;
begin
  for v_field, v_value in
    select n.key::int, n.value::float8 from generated_fields g cross join lateral jsonb_each_text(g.numbers) n
    where g.workspace_id = p_workspace and g.id = p_id
  loop
    delete from index_number n
    where n.workspace_id = p_workspace and n.field = v_field and n.value = v_value and n.id = p_id;
  end loop;
end $$;

-- Puts derived values beside a record, strikes the work off unless it was asked for again meanwhile, and asks for the work
-- that follows. p_numbers: all that filters can ask of the record's derived values; null: that stays as it is.
create function write_derived(
  p_workspace bigint, p_id uuid, p_fields jsonb, p_kind text, p_version int, p_numbers jsonb,
  p_work text[], p_work_records uuid[]
) returns void language plpgsql as $$
begin
  -- Who puts the record in the trash waits, or has done so.
  perform 1 from record r where r.workspace_id = p_workspace and r.id = p_id and r.deleted_at is null for key share;
  if found then
    -- First of all, since it holds off others who do the same.
    insert into generated_fields as g (workspace_id, id, fields) values (p_workspace, p_id, p_fields)
    on conflict (workspace_id, id) do update set fields = g.fields || excluded.fields;
    if p_numbers is not null then
      perform remove_derived_entries(p_workspace, p_id);
      update generated_fields g set numbers = p_numbers where g.workspace_id = p_workspace and g.id = p_id;
      perform add_derived_entries(p_workspace, p_id);
    end if;
    perform add_work(p_workspace, p_work, p_work_records, now());
  end if;
  delete from outbox o
  where o.workspace_id = p_workspace and o.kind = p_kind and o.record_id = p_id and o.version = p_version;
end $$;
