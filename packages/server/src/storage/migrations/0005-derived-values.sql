-- Values that the system derives from a record's surroundings, kept beside it like generated text.

-- Puts derived values beside a record, moves the index row of the one that filters can ask for, strikes the work off
-- unless it was asked for again meanwhile, and asks for the work that follows.
create function write_derived(
  p_workspace bigint, p_id uuid, p_fields jsonb, p_kind text, p_version int,
  p_indexed text, p_field int, p_number float8, p_work text[], p_work_records uuid[]
) returns void language plpgsql as $$
declare
  v_old text;
begin
  perform 1 from record r where r.workspace_id = p_workspace and r.id = p_id and r.deleted_at is null for key share;
  if found then
    if p_indexed is not null then
      select g.fields->p_indexed->>'value' into v_old
      from generated_fields g where g.workspace_id = p_workspace and g.id = p_id for update;
      if v_old is not null then
        delete from index_number n where n.workspace_id = p_workspace and n.field = p_field and n.id = p_id
          and n.value = extract(epoch from v_old::timestamptz)::float8 * 1000;
      end if;
      if p_number is not null then
        insert into index_number (workspace_id, field, value, id) values (p_workspace, p_field, p_number, p_id)
        on conflict do nothing;
      end if;
    end if;
    insert into generated_fields as g (workspace_id, id, fields) values (p_workspace, p_id, p_fields)
    on conflict (workspace_id, id) do update set fields = g.fields || excluded.fields;
    perform add_work(p_workspace, p_work, p_work_records, now());
  end if;
  delete from outbox o
  where o.workspace_id = p_workspace and o.kind = p_kind and o.record_id = p_id and o.version = p_version;
end $$;
