-- Letters whose time has come, claimed for so many seconds. Nobody else reads what is sealed of them.
create or replace function mail.claim(p_system text, p_most integer, p_seconds integer)
returns table (id bigint, account bigint, template text, attempts smallint, made_at timestamptz, until_at timestamptz,
               sealed bytea)
language sql volatile security definer set search_path = '' as $$
  with due as (
    select l.cell, l.id from mail.letter l
     where l.state = 'waiting' and l.next_at <= now() and coalesce(l.locked_until < now(), true)
     order by l.next_at limit p_most for update skip locked)
  update mail.letter l set locked_until = now() + make_interval(secs => p_seconds)
    from due where l.cell = due.cell and l.id = due.id
  returning l.id, l.account, l.template, l.attempts, l.made_at, l.until_at, l.sealed_letter
$$;

-- The key that signs letters now.
create or replace function mail.signing(p_system text)
returns table (selector text, public_key text, sealed_private bytea)
language sql stable security definer set search_path = '' as $$
  select k.selector, k.public_key, k.sealed_private from mail.signing_key k
   where k.retired_at is null order by k.made_at desc limit 1
$$;
