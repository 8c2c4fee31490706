-- Sorting and filtering records on screens.

create index record_changed on record (workspace_id, object_type, updated_at, id) where deleted_at is null;

-- Multi-selects are found by each of their options from now on; those that there are already, too.
insert into index_text (workspace_id, field, value, id)
select f.workspace_id, f.id, o.value, r.id
from (
  select d.workspace_id, d.id, d.slug, coalesce(b.number, t.id) as object_type
  from field_definition d
  left join (values ('account', 1), ('contact', 2), ('opportunity', 3)) b(name, number) on b.name = d.object_type
  left join object_type t on t.workspace_id = d.workspace_id and t.slug = d.object_type
  where d.value_type = 'MULTI_SELECT'
  union
  select w.id, 103, '$industry', 1 from workspace w
) f
join record r on r.workspace_id = f.workspace_id and r.object_type = f.object_type and r.deleted_at is null
cross join lateral jsonb_array_elements_text(
  case jsonb_typeof(r.fields->f.slug->'value') when 'array' then r.fields->f.slug->'value' else '[]' end
) o(value)
on conflict do nothing;
