-- Lists belong to one account and are for its eyes only: every function answers the owner and nobody else.
-- A member counts as long as the owner follows it; what remains after an unfollow is swept by a job.

-- The viewer's lists, oldest first: all of them, or those among p_ids.
create or replace function lists.mine(p_digest bytea, p_ids bigint[])
returns table (owner bigint, id bigint, sealed_title bytea, replies_policy text, is_exclusive boolean)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select l.owner, l.id, l.sealed_title, l.replies_policy, l.is_exclusive from lists.list l
    where l.cell = law.cell(v_me) and l.owner = v_me and (p_ids is null or l.id = any (p_ids))
    order by l.id;
end $$;

-- The viewer's lists that this account is in.
create or replace function lists.holding(p_digest bytea, p_account bigint)
returns table (id bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select l.id from lists.list l
    join lists.member m on m.cell = l.cell and m.list = l.id and m.account = p_account
    join relationships.relation r on r.cell = l.cell and r.owner = l.owner and r.other = m.account
    where l.cell = law.cell(v_me) and l.owner = v_me and r.bits & 1 <> 0;
end $$;

-- One page of the members of a list of the viewer's, by the hidden id of the membership. p_limit null: all of them.
create or replace function lists.members(p_digest bytea, p_list bigint, p_limit integer, p_max bigint, p_since bigint,
                                         p_min bigint)
returns table (edge bigint, account bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select m.id, m.account from lists.list l
    join lists.member m on m.cell = l.cell and m.list = l.id
    join relationships.relation r on r.cell = l.cell and r.owner = l.owner and r.other = m.account
    where l.cell = law.cell(p_list) and l.id = p_list and l.owner = v_me and r.bits & 1 <> 0
      and m.id < coalesce(p_max, 9223372036854775807) and m.id > greatest(coalesce(p_since, 0), coalesce(p_min, 0))
    order by case when p_min is null then -m.id else m.id end limit p_limit;
end $$;

-- The accounts of a list of the viewer's, in no order; none for anybody else's list.
create or replace function lists.member_ids(p_digest bytea, p_list bigint)
returns table (account bigint)
language plpgsql stable security definer set search_path = '' as $$
begin
  return query select m.account from lists.members(p_digest, p_list, null, null, null, null) m;
end $$;

-- Accounts that the viewer keeps off the home timeline, because a list of theirs is exclusive.
create or replace function lists.exclusive_ids(p_digest bytea)
returns table (account bigint)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select distinct m.account from lists.list l
    join lists.member m on m.cell = l.cell and m.list = l.id
    where l.cell = law.cell(v_me) and l.owner = v_me and l.is_exclusive;
end $$;
