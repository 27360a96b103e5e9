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

-- What the viewer wishes to be sent, and whether the address they have now refuses it. For sessions only.
create or replace function mail.own(p_digest bytea)
returns table (topics text[], is_confirmed boolean, why text)
language plpgsql stable security definer set search_path = '' as $$
declare v law.session := law.viewer(p_digest);
begin
  if v.kind is distinct from 'session' then return; end if;
  return query
  select coalesce((select array_agg(w.topic) from mail.wish w
                    where w.cell = law.cell(v.account) and w.account = v.account), '{}'),
         c.confirmed_at is not null,
         (select f.why from mail.refusal f
           where f.cell = c.cell and f.account = c.account and f.digest = c.email_digest)
    from accounts.credential c where c.cell = law.cell(v.account) and c.account = v.account;
end $$;
