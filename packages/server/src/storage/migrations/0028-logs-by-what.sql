-- Who, what and when stand in the indexes of the logs: what is not asked for is passed over there.
drop index change_log;
create index change_log on change (workspace_id, transaction, id) include (actor, kind, at);
drop index audit_log;
create index audit_log on audit (workspace_id, transaction, id) include (actor, action, object, at);
