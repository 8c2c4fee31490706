-- Counts who has had it in hand: a process that was held up must not go on with what another has taken over.
alter table sending add column turn int not null default 1;
