-- No plan rests on what is in these documents, and reading them over and over is most of what ANALYZE costs.
alter table change alter column before set statistics 0;
alter table change alter column after set statistics 0;
alter table change alter column links set statistics 0;
alter table record alter column fields set statistics 0;
alter table generated_fields alter column fields set statistics 0;
