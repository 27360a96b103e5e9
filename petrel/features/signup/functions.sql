-- Who came lately, with what they answered: for the crew, or those who wait only.
create or replace function signup.arrivals(p_system text, p_waiting boolean, p_most integer)
returns table (account bigint, handle text, at timestamptz, waits boolean, is_invited boolean, is_undone boolean,
               peers bigint, sealed_answers bytea)
language sql stable security definer set search_path = '' as $$
  select a.account, o.handle, a.at, c.waits_for_crew, a.invite is not null, a.undone_at is not null,
         (select count(*) from signup.arrival b where b.network = a.network
             and b.at between a.at - interval '1 day' and a.at + interval '1 day' and b.account <> a.account),
         a.sealed_answers
    from signup.arrival a
    join accounts.account o on o.cell = a.cell and o.id = a.account
    join accounts.credential c on c.cell = a.cell and c.account = a.account
   where not p_waiting or c.waits_for_crew
   order by a.at desc limit p_most
$$;

-- Of these accounts those that came alone with the wave that shut the gate, and that nobody of the crew has looked at:
-- it is shut still, and they were not let in one by one.
create or replace function signup.held(p_writer text, p_accounts bigint[]) returns setof bigint
language sql stable security definer set search_path = '' as $$
  select a.account from unnest(p_accounts) o(id)
    join signup.arrival a on a.cell = law.cell(o.id) and a.account = o.id
    join signup.gate g on a.at >= g.since_at
   where a.invite is null and a.let_in_at is null
$$;
