-- Who may touch what, from one rule each. Run after every migration; nothing here depends on what was before.
--
--   reader  (the web reads)      no table of any room; only functions whose first argument is a digest, and that
--                                change nothing: a volatile one is a command's
--   writer  (commands)           rows of every room but messages; never a sealed column or a password
--   system  (followers, jobs)    reads what is not sealed; writes what is derived
--   messages                     owns the functions of its schema and is bound by its row policies
grant usage, create on schema messages to petrel_messages;

do $$
declare
  -- What migrations made belongs to petrel_owner: the rooms, law, messages, ops and journal.
  schemas text[] := array(select n.nspname from pg_namespace n where n.nspowner = 'petrel_owner'::regrole);
  s text;
  f record;
  t record;
  plain text;
begin
  foreach s in array schemas loop
    execute format('grant usage on schema %I to petrel_writer, petrel_system, petrel_messages', s);
    if s <> 'journal' then
      execute format('grant usage on schema %I to petrel_reader', s);
    end if;
  end loop;

  for f in select n.nspname, p.oid::regprocedure as signature, p.proargnames[1] as first, p.provolatile
             from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = any (schemas) loop
    execute format('revoke all on function %s from public, petrel_reader, petrel_writer, petrel_system,
                    petrel_messages', f.signature);
    if f.nspname = 'messages' then
      execute format('alter function %s owner to petrel_messages', f.signature);
      execute format('revoke all on function %s from public', f.signature);
      execute format('grant execute on function %s to petrel_messages, petrel_owner', f.signature);
    end if;
    if f.first in ('p_digest', 'p_digests') then
      execute format('grant execute on function %s to petrel_writer, petrel_messages', f.signature);
      if f.provolatile <> 'v' then
        execute format('grant execute on function %s to petrel_reader', f.signature);
      end if;
    end if;
    if f.signature::text like 'accounts.card_of(%' or f.signature::text in (
        'law.refuse(text)', 'law.refuse_closed(smallint)', 'law.withheld_from(bigint,bigint,text)') then
      execute format('grant execute on function %s to petrel_messages', f.signature);
    end if;
    if f.first = 'p_system' or f.signature::text like 'law.why%' then
      execute format('grant execute on function %s to petrel_system', f.signature);
    end if;
    if f.nspname = 'about' then                    -- the site's own words, for everybody
      execute format('grant execute on function %s to petrel_system', f.signature);
    end if;
    if f.first = 'p_writer' then
      execute format('grant execute on function %s to petrel_writer', f.signature);
    end if;
    if f.signature::text like 'law.cell(%' or f.signature::text like 'law.code(%' or f.signature::text like 'law.verdict(%' or f.signature::text like 'law.strictest(%'
       or f.signature::text = 'messages.me()' then
      execute format('grant execute on function %s to public', f.signature);
    end if;
  end loop;

  for t in select n.nspname, c.relname, c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p') and n.nspname = any (schemas) loop
    execute format('revoke all on %I.%I from petrel_reader, petrel_writer, petrel_system', t.nspname, t.relname);
    -- With the place of a row (ctid), by which erasing passes over tables where no index leads to somebody.
    select string_agg(quote_ident(a.attname), ', ') || ', ctid' into plain from pg_attribute a
     where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
       and a.attname not like 'sealed%' and a.attname <> 'secret_hash'
       -- The digest of a session or token is what reading as somebody takes.
       and not (t.nspname = 'accounts' and t.relname = 'token' and a.attname = 'digest')
       -- What somebody voted for is theirs to know.
       and not (t.nspname = 'posts' and t.relname = 'vote' and a.attname = 'choices');
    if t.nspname = 'messages' then
      execute format('grant select, insert, update, delete on %I.%I to petrel_messages', t.nspname, t.relname);
    elsif t.nspname = 'journal' then
      execute format('grant select on %I.%I to petrel_writer, petrel_system', t.nspname, t.relname);
    elsif t.nspname = 'access' then                -- changed by its functions only
      execute format('grant select (%s) on %I.%I to petrel_writer, petrel_system', plain, t.nspname, t.relname);
    elsif t.nspname = 'law' then
      execute format('grant select on %I.%I to petrel_reader, petrel_writer, petrel_system, petrel_messages',
                     t.nspname, t.relname);
    else
      execute format('grant select (%s), insert, update, delete on %I.%I to petrel_writer', plain, t.nspname, t.relname);
      execute format('grant select (%s) on %I.%I to petrel_system, petrel_messages', plain, t.nspname, t.relname);
    end if;
    if t.nspname in ('ops', 'notifications', 'search', 'timelines', 'deletions', 'privacy', 'archives',
                     'mail', 'push', 'cards', 'discovery') then
      execute format('grant insert, update, delete on %I.%I to petrel_system', t.nspname, t.relname);
    end if;
  end loop;
end $$;

grant usage on all sequences in schema ops to petrel_writer, petrel_system;
grant select on ops.setting to petrel_reader;
grant insert on journal.entry, journal.epoch to petrel_writer;      -- and nothing more: append-only
grant insert on journal.seal, journal.root to petrel_system;
grant update (salt) on journal.entry to petrel_system;              -- erased with what the entry digested
grant update (replies, boosts, likes, quotes) on posts.post to petrel_system;
grant update (posts_count, followers_count, following_count, last_post_on) on accounts.account to petrel_system;
grant update (used_on) on accounts.token to petrel_system;
