-- What the crew noted of a breach: sealed, so no role may select it.
create or replace function ops.breach_notes(p_system text, p_breach bigint)
returns table (at timestamptz, state text, sealed bytea)
language sql stable security definer set search_path = '' as $$
  select n.at, n.state, n.sealed from ops.breach_note n
   where n.cell = law.cell(p_breach) and n.breach = p_breach order by n.at
$$;
