"""Named SQL of the ledger."""

ENTER = """
insert into deletions.deletion as d (cell, id, kind, account, asked_at, epoch, xid, entry, counts)
select law.cell(n.id), n.id, n.kind, n.account, n.at, n.epoch, n.xid, n.entry, string_to_array(n.counts, ',')::bigint[]
  from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::timestamptz[], $5::integer[], $6::bigint[], $7::bigint[],
              $8::text[]) n(id, kind, account, at, epoch, xid, entry, counts)
on conflict (cell, id) do update
  -- Deleted again, from a restored copy: everything has to be seen to anew. When it was asked for stays.
  set epoch = excluded.epoch, xid = excluded.xid, entry = excluded.entry, state = 0, keys_gone_at = null,
      shredded_at = null, swept_at = null, remains = '{}'
  where (d.epoch, d.xid) < (excluded.epoch, excluded.xid)
"""
PURGED = """
update deletions.deletion d set state = 4 from unnest($1::bigint[]) p(id)
 where d.cell = law.cell(p.id) and d.id = p.id
"""
WITH_KEY = "select id, asked_at < now() - $1 * interval '1 second' as is_late from deletions.deletion \
where keys_gone_at is null order by asked_at limit $2"
KEYS_GONE = """
update deletions.deletion d set keys_gone_at = now(), state = greatest(d.state, 1::smallint)
  from unnest($1::bigint[]) k(id) where d.cell = law.cell(k.id) and d.id = k.id and d.keys_gone_at is null
"""
UNSWEPT = """
select * from deletions.deletion where swept_at is null and keys_gone_at is not null order by asked_at limit $1
"""
REMAINING = "select * from deletions.deletion where state = 3 order by asked_at limit $1"
SAMPLE = "select * from deletions.deletion where swept_at < now() - interval '1 hour' order by random() limit $1"
SWEPT = """
update deletions.deletion d
   set swept_at = now(), remains = string_to_array(s.remains, ','),
       state = case when s.remains <> '' then 3 when d.state = 4 then 4 else 2 end
  from unnest($1::bigint[], $2::text[]) s(id, remains) where d.cell = law.cell(s.id) and d.id = s.id
"""
SHREDDED = """
update deletions.deletion set shredded_at = now() where shredded_at is null and keys_gone_at < $1
"""
LISTED = """
select * from deletions.deletion
 where ($1::bigint is null or account = $1) and ($2::smallint is null or state = $2)
 order by asked_at desc, id desc limit $3
"""
FIND = "select * from deletions.deletion where cell = law.cell($1) and id = $1"
STONES = "select * from messages.stones('deletions', $1::bigint[])"
TABLES = "select * from deletions.tables('deletions')"
HELD = "select * from deletions.held('deletions', $1, $2::bigint[])"
ROOT = "select max(seq) from journal.root"
