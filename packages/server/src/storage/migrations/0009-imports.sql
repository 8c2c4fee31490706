-- Custom object types can be removed. One that is being removed keeps its number, which its records in the trash carry.
alter table object_type add column removed_at timestamptz;
