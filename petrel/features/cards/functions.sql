-- A card that waits to be fetched.
create or replace function cards.waiting(p_system text, p_card bigint)
returns table (id bigint, tries smallint, sealed_card bytea)
language sql stable security definer set search_path = '' as $$
  select c.id, c.tries, c.sealed_card from cards.card c where c.id = p_card and c.state = 0
$$;
