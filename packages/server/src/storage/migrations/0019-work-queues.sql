-- Finding due work by kind, so that what waits in one queue is not in the way of another's.
drop index outbox_due;
create index outbox_due on outbox (workspace_id, kind, due_at);

-- Work is claimed from the outbox itself; there is no second queue.
drop schema if exists openfield_jobs cascade;
