-- The number that a record has in a field: for walking a list newest first, and for asking one record.
create index index_number_id on index_number (workspace_id, field, id) include (value);
