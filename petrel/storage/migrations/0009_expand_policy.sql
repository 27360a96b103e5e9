-- The privacy policy's number only moves forward, and nothing becomes visible to more people by the way.
-- The functions here stand in a migration, not in a function file: an older program that replaces the functions it
-- knows drops all others, and their triggers with them; what a migration made it keeps. See decision 0013.

-- Session setting petrel.policy: the number that the session's program knows. One that says nothing is of the time of
-- 1, which had no such setting.
create function law.is_older() returns boolean language sql stable
  return (select max(p.version) > coalesce(nullif(current_setting('petrel.policy', true), '')::integer, 1)
            from law.policy p);

create function law.refuse_older() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if law.is_older() and current_setting('petrel.says_older', true) is distinct from 'yes' then
    raise exception 'This program is older than the site''s privacy policy; only what is public can be read until it is updated'
      using errcode = 'PT503';
  end if;
  return null;
end $$;

-- The number in force -----------------------------------------------------------------------------

create function law.only_forward() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op <> 'INSERT' then
    raise exception 'the privacy policy of this site only moves forward: law.policy takes new rows and no other change';
  end if;
  if new.version <= (select coalesce(max(p.version), 0) from law.policy p) then
    raise exception 'the privacy policy of this site only moves forward: % is not beyond the one in force', new.version;
  end if;
  return new;
end $$;
create trigger only_forward before insert or update or delete on law.policy
  for each row execute function law.only_forward();
create trigger only_forward_whole before truncate on law.policy
  for each statement execute function law.only_forward();
-- Also in sessions that replay or restore.
alter table law.policy enable always trigger only_forward;
alter table law.policy enable always trigger only_forward_whole;

-- A new site begins with the number of the program that makes it. One that people live on already goes on under its
-- own until its operators say otherwise (`petrel policy raise`): programs of before may still be serving it.
insert into law.policy (version, reason)
select 2, 'programs say which policy they know; older ones get what is public, and widen nothing'
 where not exists (select from accounts.account);

-- Every change of a member's or the site's is recorded in the journal, in its own transaction: here all of an older
-- program's end. It may say one thing: that it is one.
create trigger refuse_older before insert on journal.entry for each statement execute function law.refuse_older();

-- Widening ------------------------------------------------------------------------------------------

-- An account no longer protected, a wider audience, a state of the law taken away: refused unless this transaction
-- has said so (petrel.core.policy.widens) for this very account or post.
create function law.only_on_purpose() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if law.is_older() then
    raise exception 'This program is older than the site''s privacy policy; only what is public can be read until it is updated'
      using errcode = 'PT503';
  end if;
  if current_setting('petrel.widening', true) is distinct from new.id::text then
    raise exception '% % would become visible to more people, and nothing said that this is meant', tg_table_name, new.id
      using errcode = 'PT403', hint = 'Call petrel.core.policy.widens in the command that means it.';
  end if;
  return new;
end $$;
-- 4092: every state of the law but `sensitive`, which is the author's to take back. 65536: written while protected.
create trigger only_on_purpose before update of is_protected, state on accounts.account for each row
  when (old.is_protected and not new.is_protected or old.state & ~new.state & 4092 <> 0)
  execute function law.only_on_purpose();
create trigger only_on_purpose before update of audience, flags on posts.post for each row
  when (new.audience < old.audience or old.flags & ~new.flags & 69628 <> 0)
  execute function law.only_on_purpose();

-- Surfaces can be closed ------------------------------------------------------------------------------

alter table law.surface add column is_open boolean not null default true, add column closed_at timestamptz,
  add column closed_why text;

-- Withheld in a country ---------------------------------------------------------------------------------

-- Declared by its holder and confirmed; null: not known.
alter table accounts.account add column country text check (country ~ '^[A-Z]{2}$');

-- Where a legal order applies to a post. A post with a row here has the flag 16: others cost nothing.
create table posts.withheld (
  cell        smallint    not null,
  post        bigint      not null,
  country     text        not null check (country ~ '^[A-Z]{2}$'),
  case_number text        not null,
  notice_url  text        not null,
  until_at    timestamptz not null,
  primary key (cell, post, country)
);
