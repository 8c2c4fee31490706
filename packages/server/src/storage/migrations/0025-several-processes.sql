-- What several processes count together. Control tables: what is counted is also of addresses and sessions. Unlogged, since
-- all of it is of the last minutes: a crash of the database forgives.

-- What is left of the budgets of requests. Processes draw from them what they expect to need, and give back what they did not.
create unlogged table rate_bucket (
  name   bytea primary key,           -- the hash of whose it is and for which category
  tokens double precision not null,
  at     timestamptz not null         -- when there were so many
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Of each bucket: gives back what is not spent, and draws what is needed as far as there is so much; of what is then left,
-- at most half of it beyond that. All callers name buckets in one order, so that two do not lock each other out.
create function draw_tokens(
  p_names bytea[], p_limits double precision[], p_unspent double precision[], p_needs double precision[],
  p_extras double precision[]
) returns table (granted double precision, remaining double precision) language plpgsql as $$
declare
  b rate_bucket;
  v_tokens double precision;
  v_at timestamptz;
begin
  for i in 1..cardinality(p_names) loop
    insert into rate_bucket (name, tokens, at) values (p_names[i], p_limits[i], clock_timestamp()) on conflict do nothing;
    select * into b from rate_bucket r where r.name = p_names[i] for update;
    -- Read with the lock: nobody else's time is later.
    v_at := greatest(clock_timestamp(), b.at);
    v_tokens := least(p_limits[i], b.tokens + extract(epoch from v_at - b.at) * p_limits[i] + p_unspent[i]);
    granted := least(floor(v_tokens), p_needs[i]);
    granted := granted + least(p_extras[i], (v_tokens - granted) / 2);
    remaining := v_tokens - granted;
    update rate_bucket r set tokens = remaining, at = v_at where r.name = p_names[i];
    return next;
  end loop;
end $$;

-- Who failed to show who they are, by the hash of what is counted: an account from an address, an address.
create unlogged table failed_attempt (
  name    bytea primary key,
  count   int not null,
  free_at timestamptz not null,    -- until when the next one has to wait
  last_at timestamptz not null
);

-- Begins an attempt, which counts as a failure until it is said to be none. Returns how long one has to wait, which counts
-- nothing; or 0, and how many failures there are now by each name. Names come in one order, as above.
create function begin_attempt(
  p_names bytea[], p_allowed int[], p_longest double precision[], p_forgives double precision[], p_at timestamptz,
  out wait double precision, out counts int[]
) language plpgsql as $$
declare
  f failed_attempt;
  v_count int;
begin
  wait := 0;
  counts := '{}';
  for i in 1..cardinality(p_names) loop
    insert into failed_attempt (name, count, free_at, last_at) values (p_names[i], 0, 'epoch', p_at) on conflict do nothing;
    select * into f from failed_attempt a where a.name = p_names[i] for update;
    wait := greatest(wait, extract(epoch from f.free_at - p_at));
  end loop;
  if wait > 0 then return; end if;
  for i in 1..cardinality(p_names) loop
    select * into f from failed_attempt a where a.name = p_names[i];
    -- Of a crowd, one that came earlier may have its turn later.
    v_count := greatest(0, f.count - greatest(0, floor(extract(epoch from p_at - f.last_at) / p_forgives[i]))) + 1;
    counts := counts || v_count;
    update failed_attempt a set count = v_count, last_at = greatest(f.last_at, p_at),
      free_at = case when v_count < p_allowed[i] then 'epoch'
        else p_at + make_interval(secs => least(2.0 ^ least(v_count - p_allowed[i], 30), p_longest[i])) end
      where a.name = p_names[i];
  end loop;
end $$;
