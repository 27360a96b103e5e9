-- Closing and opening surfaces, for commands. The web's role may do neither.

create or replace function ops.close_surface(p_writer text, p_surface smallint, p_why text) returns boolean
language sql volatile security definer set search_path = '' as $$
  select law.close_surface(p_writer, p_surface, p_why)
$$;

create or replace function ops.close_door(p_writer text, p_door text, p_why text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into ops.closed_door (door, why) values (p_door, p_why) on conflict do nothing;
  return found;
end $$;

-- Everything that is closed, by name: surfaces of the law, and single doors. No secret.
create or replace function ops.closed(p_digest bytea) returns setof text
language sql stable security definer set search_path = '' as $$
  select s.name from law.surface s where not s.is_open union all select d.door from ops.closed_door d
$$;

-- Only in the transaction that has used an approval of two people for such a thing (petrel/ops/access).
create or replace function ops.open_surface(p_writer text, p_name text, p_why text, p_request bigint)
returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from access.request q
                  where q.cell = law.cell(p_request) and q.id = p_request and q.kind = 'surface.open'
                    and q.used_at = now()) then
    raise exception 'opening a surface takes an approved request' using errcode = 'PT403';
  end if;
  delete from ops.closed_door where door = p_name;
  return law.open_surface(p_writer, (select s.surface from law.surface s where s.name = p_name), p_why) or found;
end $$;
