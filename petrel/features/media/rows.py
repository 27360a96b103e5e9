"""Rows of media: the statements, and nothing decided."""

INSERT = """
insert into media.upload (cell, id, account, purpose, state, bytes, sealed)
values (law.cell($1), $1, $2, $3, $4, $5, $6)
"""
OWN = "select * from media.own($1, $2::bigint[])"
OF = "select * from media.of('media', $1::bigint[])"
WANTED = "select * from media.wanted('media', $1::bigint[], $2::bigint[], $3::bigint[])"
FOUND = "select * from media.found($1, $2, $3)"
EMOJIS = "select * from media.emojis($1)"

SET_SEALED = "update media.upload set sealed = $2 where cell = law.cell($1) and id = $1"
# Only what still waits: it may have been taken back meanwhile.
READY = """
update media.upload set state = 2, kind = $2, sealed = $3 where cell = law.cell($1) and id = $1 and state = 1
returning account
"""
END = """
update media.upload set state = $2, why = $3 where cell = law.cell($1) and id = $1 and state in (0, 1) returning account
"""
PUT_FILES = """
insert into media.file as f (id, digest, bytes) select * from unnest($1::bigint[], $2::bytea[], $3::bigint[])
on conflict (digest) do update set bytes = f.bytes returning f.id, f.digest
"""
PUT_RENDITIONS = """
insert into media.rendition (cell, upload, name, account, file, type)
select law.cell($1), $1, n, $2, f, t from unnest($3::smallint[], $4::bigint[], $5::text[]) r(n, f, t)
"""
ATTACH = """
update media.upload u set use = 1, target = a.target from unnest($1::bigint[], $2::bigint[]) a(id, target)
 where u.cell = law.cell(a.id) and u.id = a.id
"""
USE = "update media.upload set use = $2, target = $3 where cell = law.cell($1) and id = $1"
# Lists are small: four files of a post at most.
OF_TARGETS = "select id from media.upload where target = any($1::bigint[]) and use = $2"
DROP_UPLOADS = """
delete from media.upload u using unnest($1::bigint[]) g(id) where u.cell = law.cell(g.id) and u.id = g.id
returning u.id, u.account
"""
DROP_RENDITIONS = """
delete from media.rendition r using unnest($1::bigint[]) g(id) where r.cell = law.cell(g.id) and r.upload = g.id
returning r.file
"""
# First locked, then looked at again: whoever gives a file one more rendition locks it too.
LOCK_FILES = "select id from media.file where id = any($1::bigint[]) order by id for update"
DROP_FILES = """
delete from media.file f where f.id = any($1::bigint[])
   and not exists (select from media.rendition r where r.file = f.id) returning f.id, f.digest
"""
ORPHANS = """
select f.id from media.file f where f.at < now() - interval '1 hour'
   and not exists (select from media.rendition r where r.file = f.id) limit 500
"""
UNUSED = """
select u.id from media.upload u where u.use = 0 and u.at < now() - make_interval(hours => $1)
   and not exists (select from drafts.draft d where d.account = u.account and u.id = any (d.media)) limit 500
"""
STUCK = """
select id from media.upload where state = 1 and at < now() - make_interval(mins => $1) limit 100
"""
COUNT_FREE = "select count(*) from media.upload where cell = law.cell($1) and account = $1 and use = 0"
IS_KNOWN = "select list from media.known where digest = $1"
KNOWN_IDS = "select id from media.upload u join unnest($1::bigint[]) k(id) using (id) where u.cell = law.cell(k.id)"
KNOWN_FILES = "select f.id from media.file f where f.id = any($1::bigint[])"
HOLD = "update media.upload set state = 4 where cell = law.cell($1) and id = $1 and state <> 4"
DROP_EMOJI_OF = "delete from media.emoji where upload = $1"
BEGIN_COMING = """
insert into media.upload (cell, id, account, state, bytes, sealed) values (law.cell($1), $1, $2, 0, $3, $4)
"""
# Whoever sends a piece twice, or two at once, is told where to go on.
TAKE = """
update media.upload set taken = taken + $3 where cell = law.cell($1) and id = $1 and state = 0 and taken = $2
   and taken + $3 <= bytes returning taken, bytes
"""
# From now on it waits to be read.
CAME = """
update media.upload set state = $2, at = now() where cell = law.cell($1) and id = $1 and state = 0 returning account
"""
