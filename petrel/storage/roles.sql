-- Run as the cluster's administrator, before every migration; each statement may run again without harm.
-- petrel_owner owns everything and cannot sign in. The other roles are logins of the parts of Petrel.
do $$
declare r text;
begin
  foreach r in array array['petrel_owner', 'petrel_messages'] loop
    if not exists (select from pg_roles where rolname = r) then execute format('create role %I nologin', r); end if;
  end loop;
  foreach r in array array['petrel_reader', 'petrel_writer', 'petrel_system'] loop
    if not exists (select from pg_roles where rolname = r) then execute format('create role %I login', r); end if;
  end loop;
  execute format('grant create, connect, temporary on database %I to petrel_owner', current_database());
  execute format('grant connect on database %I to petrel_reader, petrel_writer, petrel_system', current_database());
end $$;
grant petrel_owner, petrel_messages to current_user;
grant petrel_messages to petrel_owner;
-- To see what their sessions say of themselves: only a member of a role may (ops.programs).
grant petrel_reader, petrel_writer, petrel_system to petrel_owner;

-- Readers run in sessions that Postgres itself keeps read-only, on plans made for a page of ids.
alter role petrel_reader set default_transaction_read_only = on;
alter role petrel_reader set plan_cache_mode = force_generic_plan;
alter role petrel_reader set enable_hashjoin = off;
alter role petrel_reader set enable_mergejoin = off;
alter role petrel_reader set enable_seqscan = off;
alter role petrel_reader set jit = off;
alter role petrel_reader set statement_timeout = '5s';
alter role petrel_writer set statement_timeout = '5s';
alter role petrel_writer set idle_in_transaction_session_timeout = '5s';
alter role petrel_writer set jit = off;
alter role petrel_system set jit = off;
