-- The data inventory of the keyring; see ../inventory.sql. A row of keys says nothing of anybody by itself.

comment on column keyring.key.id is 'what: number of a post, message or account, which of them, nothing here says; of: nobody; for: find; kept: with object; erased: row; leaves: no';
comment on column keyring.key.key is 'what: 32 bytes that open what is sealed under this number; of: nobody; for: show; kept: with object; erased: row; leaves: no';

comment on column keyring.secret.name is 'what: what the secret is for: words, email, csrf; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column keyring.secret.value is 'what: 32 random bytes; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column keyring.secret.made_at is 'what: when it was made; of: site; for: run; kept: always; erased: never; leaves: no';

comment on column petrel_migrations.done.name is 'what: file that was run; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.done.digest is 'what: digest of its text; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.done.at is 'what: when it was run; of: site; for: run; kept: always; erased: never; leaves: yes';

comment on column petrel_migrations.kept.oid is 'what: function or type that a numbered migration made; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.made.signature is 'what: function or type that a numbered migration made, by name; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.left_over.signature is 'what: function that only an older release calls; of: site; for: run; kept: until that release is gone; erased: never; leaves: yes';
comment on column petrel_migrations.granted.what is 'what: table, column or function that somebody may use; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.granted.who is 'what: the role that may; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.granted.may is 'what: what it may do; of: site; for: run; kept: always; erased: never; leaves: yes';

comment on column keyring.unshredded.part is 'what: part of the keys in which some were destroyed; of: site; for: run; kept: until it is rewritten; erased: never; leaves: no';
comment on column keyring.unshredded.at is 'what: when one was destroyed there last; of: site; for: run; kept: until it is rewritten; erased: never; leaves: no';
