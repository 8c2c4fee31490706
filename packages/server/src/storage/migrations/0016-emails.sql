-- What is kept beside the record of an e-mail: its body, so that lists do not read it, and what mail programs know it by.
create table email_body (
  workspace_id bigint not null,
  id           uuid not null,
  message_id   text collate "C" not null,        -- without angle brackets
  thread       text collate "C" not null,        -- Message-ID of the first e-mail of the thread
  body         text not null,                    -- HTML as it came
  primary key (workspace_id, id)
);
create unique index email_message_id on email_body (workspace_id, message_id);
create index email_thread on email_body (workspace_id, thread, id);

--   OF008  an e-mail with this Message-ID is there already
create function keep_mail(p_workspace bigint, p_id uuid, p_message_id text, p_thread text, p_body text)
returns void language plpgsql as $$
begin
  insert into email_body (workspace_id, id, message_id, thread, body)
  values (p_workspace, p_id, p_message_id, p_thread, p_body) on conflict do nothing;
  if not found then raise exception 'message id is taken' using errcode = 'OF008'; end if;
end $$;
