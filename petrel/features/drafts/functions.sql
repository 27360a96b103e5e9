-- Drafts belong to one account and are for its eyes only: every function answers the owner and nobody else.
-- source: docs/law/visibility.md sections 4.5 and 9.

-- One page of the viewer's drafts by their number: those with a time or those without, or the one p_only.
create or replace function drafts.mine(p_digest bytea, p_is_due boolean, p_only bigint, p_limit integer, p_max bigint,
                                       p_since bigint, p_min bigint)
returns table (id bigint, due_at timestamptz, app bigint, changed_at timestamptz, sealed bytea)
language plpgsql stable security definer set search_path = '' as $$
declare v_me bigint := relationships.me(p_digest);
begin
  return query select d.id, d.due_at, d.app, d.changed_at, d.sealed from drafts.draft d
    where d.cell = law.cell(v_me) and d.account = v_me and (d.due_at is not null) = p_is_due
      and (p_only is null or d.id = p_only)
      and d.id < coalesce(p_max, 9223372036854775807) and d.id > greatest(coalesce(p_since, 0), coalesce(p_min, 0))
    order by case when p_min is null then -d.id else d.id end limit p_limit;
end $$;

-- The draft whose time came first, locked: another process that asks gets the next one. Not those of p_not.
create or replace function drafts.due(p_writer text, p_now timestamptz, p_not bigint[])
returns table (id bigint, account bigint, app bigint, sealed bytea)
language plpgsql security definer set search_path = '' as $$
begin
  return query select d.id, d.account, d.app, d.sealed from drafts.draft d
    where d.due_at <= p_now and d.id <> all (p_not) order by d.due_at limit 1 for update skip locked;
end $$;
