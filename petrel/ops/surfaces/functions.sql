-- Closing and opening surfaces, for commands. The web's role may do neither.

create or replace function ops.close_surface(p_writer text, p_surface smallint, p_why text) returns boolean
language sql volatile security definer set search_path = '' as $$
  select law.close_surface(p_writer, p_surface, p_why)
$$;

-- Only in the transaction that has used an approval of two people for such a thing (petrel/ops/access).
create or replace function ops.open_surface(p_writer text, p_surface smallint, p_why text, p_request bigint)
returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from access.request q
                  where q.cell = law.cell(p_request) and q.id = p_request and q.kind = 'surface.open'
                    and q.used_at = now()) then
    raise exception 'opening a surface takes an approved request' using errcode = 'PT403';
  end if;
  return law.open_surface(p_writer, p_surface, p_why);
end $$;
