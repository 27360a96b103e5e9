-- The board, for those who run the site; nothing for anybody else.
create or replace function ops.board_for(p_digest bytea) returns table (at timestamptz, board text)
language sql stable security definer set search_path = '' as $$
  select b.at, b.board::text from law.viewer(p_digest) v left join ops.board b on true
   where v.role in ('owner', 'admin') and v.kind = 'session'
$$;
