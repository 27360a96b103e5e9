-- The data inventory: of every column of the main cluster what it is, whose, why, for how long, how it goes, and
-- whether it may leave its region. Applied by the migration runner whenever this text changes, and after migrations;
-- read by petrel/core/inventory (`petrel inventory`), whose rules.py is the grammar:
--
--   what: WORDS; of: WHOSE; for: PURPOSE; kept: HOW LONG; erased: HOW; leaves: yes|no|pseudonymous|sealed[; key: KEY]
--
-- `of` names the column that holds the account's number, in this table or in the one it points to. `key`, on sealed
-- columns only, names the column of the same row whose number the key has in the keyring, or `secret NAME`, one key of
-- the site's for all rows. "(not built)" stands where something is promised that no code carries out yet. A column
-- without a comment fails tests/fences/test_inventory.py.

comment on column accounts.account.cell is 'what: home cell, part of the id; of: account by id; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.account.id is 'what: number of the account, says when it was made and where it lives; of: account by id; for: find; kept: with account; erased: link; leaves: pseudonymous';
comment on column accounts.account.handle is 'what: name as its holder writes it; of: account by id; for: show; kept: with account; erased: row; leaves: yes';
comment on column accounts.account.domain is 'what: server the account lives on, null for ours; of: account by id; for: show; kept: with account; erased: row; leaves: yes';
comment on column accounts.account.role is 'what: member, moderator, admin or owner; of: account by id; for: decide; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.account.state is 'what: states of the law (limited, suspended, deactivated) and whether the address is unconfirmed; of: account by id; for: decide; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.account.is_protected is 'what: follows need a yes; of: account by id; for: decide; kept: with account; erased: row; leaves: yes';
comment on column accounts.account.is_discoverable is 'what: may be proposed to others; of: account by id; for: decide; kept: with account; erased: row; leaves: yes';
comment on column accounts.account.is_indexable is 'what: strangers may find its public posts by words; of: account by id; for: decide; kept: with account; erased: row; leaves: yes';
comment on column accounts.account.is_bot is 'what: acts by itself, as its holder says; of: account by id; for: show; kept: with account; erased: row; leaves: yes';
comment on column accounts.account.hides_network is 'what: does not show whom it follows and who follows it; of: account by id; for: decide; kept: with account; erased: row; leaves: yes';
comment on column accounts.account.default_audience is 'what: audience of a post that names none; of: account by id; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.account.default_quote is 'what: who may quote a post that does not say; of: account by id; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.account.default_sensitive is 'what: whether new posts are marked sensitive; of: account by id; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.account.default_language is 'what: language of a post that names none; of: account by id; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.account.version is 'what: grows with each change, so that rendered copies are made anew; of: account by id; for: run; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.account.sealed_profile is 'what: display name, note and fields; of: account by id; for: show; kept: with account; erased: key; leaves: sealed; key: id';
comment on column accounts.account.posts_count is 'what: how many posts and boosts there are; of: account by id; for: count; kept: with account; erased: rebuilt; leaves: pseudonymous';
comment on column accounts.account.followers_count is 'what: how many follow it; of: account by id; for: count; kept: with account; erased: rebuilt; leaves: pseudonymous';
comment on column accounts.account.following_count is 'what: how many it follows; of: account by id; for: count; kept: with account; erased: rebuilt; leaves: pseudonymous';
comment on column accounts.account.last_post_on is 'what: day of its newest post; of: account by id; for: show; kept: with account; erased: rebuilt; leaves: pseudonymous';
comment on column accounts.account.joined_at is 'what: when it was made; of: account by id; for: show; kept: with account; erased: row; leaves: pseudonymous';

comment on column accounts.handle.handle is 'what: name in lower case, one spelling for each; of: account by account; for: find; kept: with account; erased: row; leaves: yes';
comment on column accounts.handle.domain is 'what: server of the name, empty for ours; of: account by account; for: find; kept: with account; erased: row; leaves: yes';
comment on column accounts.handle.account is 'what: number behind the name; of: account by account; for: find; kept: with account; erased: row; leaves: yes';

comment on column accounts.remote.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.remote.account is 'what: our number of an account of another server; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.remote.actor_uri is 'what: address of the actor there; of: account by account; for: federate; kept: with account; erased: row; leaves: yes';
comment on column accounts.remote.inbox_uri is 'what: where to deliver to it; of: account by account; for: federate; kept: with account; erased: row; leaves: yes';
comment on column accounts.remote.shared_inbox_uri is 'what: where to deliver to its whole server; of: account by account; for: federate; kept: with account; erased: row; leaves: yes';
comment on column accounts.remote.key_uri is 'what: address of its public key; of: account by account; for: federate; kept: with account; erased: row; leaves: yes';
comment on column accounts.remote.public_key is 'what: public key that its signatures are checked with; of: account by account; for: federate; kept: with account; erased: row; leaves: yes';
comment on column accounts.remote.fetched_at is 'what: when this was last read there; of: account by account; for: run; kept: with account; erased: row; leaves: yes';

comment on column accounts.actor_key.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.actor_key.account is 'what: whose pair of keys this is; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.actor_key.public_key is 'what: public half, PEM, which other servers read; of: account by account; for: federate; kept: with account; erased: row; leaves: yes';
comment on column accounts.actor_key.sealed_private is 'what: private half, DER, which signs what is sent; of: account by account; for: federate; kept: with account; erased: key; leaves: no; key: account';
comment on column accounts.actor_key.made_at is 'what: when the pair was made; of: account by account; for: run; kept: with account; erased: row; leaves: yes';

comment on column accounts.credential.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.account is 'what: who signs in by this; of: account by account; for: find; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.email_digest is 'what: keyed digest of the mail address, its key in the keyring; of: account by account; for: let in; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.email_signs_in is 'what: whether this account is the one that the address signs in; of: account by account; for: let in; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.sealed_email is 'what: mail address as it was typed; of: account by account; for: let in; kept: with account; erased: key; leaves: no; key: account';
comment on column accounts.credential.secret_hash is 'what: argon2id hash of the password; of: account by account; for: let in; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.locale is 'what: language of mails and pages; of: account by account; for: remember; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.confirmed_at is 'what: when the address was confirmed; of: account by account; for: let in; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.confirm_digest is 'what: digest of the secret in the confirmation link; of: account by account; for: let in; kept: until the link is used; erased: emptied; leaves: no';
comment on column accounts.credential.signed_in_at is 'what: when somebody last signed in; of: account by account; for: let in; kept: with account; erased: row; leaves: no';

comment on column accounts.app.id is 'what: number of the app; of: site; for: find; kept: with app; erased: row; leaves: yes';
comment on column accounts.app.name is 'what: name the app gave itself, shown under posts; of: site; for: show; kept: with app; erased: row; leaves: yes';
comment on column accounts.app.website is 'what: address the app gave for itself; of: site; for: show; kept: with app; erased: row; leaves: yes';
comment on column accounts.app.redirect_uris is 'what: where it may send people back to; of: site; for: let in; kept: with app; erased: row; leaves: no';
comment on column accounts.app.scopes is 'what: what it may ask for; of: site; for: let in; kept: with app; erased: row; leaves: no';
comment on column accounts.app.client_id is 'what: name by which it introduces itself; of: site; for: let in; kept: with app; erased: row; leaves: no';
comment on column accounts.app.client_digest is 'what: digest of its secret; of: site; for: let in; kept: with app; erased: row; leaves: no';
comment on column accounts.app.made_at is 'what: when it introduced itself; of: site; for: run; kept: with app; erased: row; leaves: no';

comment on column accounts.token.digest is 'what: digest of the bearer string of a session or app; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.kind is 'what: session, access or app; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.id is 'what: number by which its holder ends it; of: account by account; for: find; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.account is 'what: for whom it acts, null for an app by itself; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.app is 'what: which app holds it, null for a browser or the command line; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.scopes is 'what: what it allows; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.made_at is 'what: when it was given; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.expires_at is 'what: when it ends by itself; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.revoked_at is 'what: when it was ended; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';

comment on column accounts.grant_code.digest is 'what: digest of the code that an app was given; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.grant_code.app is 'what: which app; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.grant_code.account is 'what: who said yes; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.grant_code.redirect_uri is 'what: where the browser was sent with it; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.grant_code.scopes is 'what: what was granted; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.grant_code.code_challenge is 'what: PKCE challenge that the app has to answer; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.grant_code.expires_at is 'what: when the code ends; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.grant_code.used_at is 'what: when it became a token; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.grant_code.token is 'what: number of that token, which ends if the code is shown again; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';

comment on column accounts.invite.digest is 'what: digest of the secret in the invitation; of: account by maker; for: let in; kept: until it is used up or ends; erased: row; leaves: no';
comment on column accounts.invite.maker is 'what: who invites, null for the site''s own set-up link; of: account by maker; for: let in; kept: until it is used up or ends; erased: row; leaves: no';
comment on column accounts.invite.role is 'what: role that it gives; of: account by maker; for: let in; kept: until it is used up or ends; erased: row; leaves: no';
comment on column accounts.invite.uses_left is 'what: how many may still come in by it; of: account by maker; for: let in; kept: until it is used up or ends; erased: row; leaves: no';
comment on column accounts.invite.expires_at is 'what: when it ends; of: account by maker; for: let in; kept: until it is used up or ends; erased: row; leaves: no';
comment on column accounts.invite.made_at is 'what: when it was made; of: account by maker; for: let in; kept: until it is used up or ends; erased: row; leaves: no';

comment on column accounts.announcement.id is 'what: number of the announcement; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column accounts.announcement.text is 'what: what the crew tells all members, public, so not sealed; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column accounts.announcement.starts_at is 'what: from when on it is shown; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column accounts.announcement.ends_at is 'what: until when it is shown; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column accounts.announcement.published_at is 'what: when it was written; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column accounts.announcement.withdrawn_at is 'what: when it was taken back; of: site; for: show; kept: always; erased: never; leaves: yes';

comment on column accounts.announcement_read.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.announcement_read.account is 'what: who has put it away; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.announcement_read.announcement is 'what: which announcement; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';

comment on column accounts.announcement_reaction.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.announcement_reaction.account is 'what: who reacted; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.announcement_reaction.announcement is 'what: to which announcement; of: account by account; for: count; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.announcement_reaction.name is 'what: the picture, one character of Unicode; of: account by account; for: count; kept: with account; erased: row; leaves: pseudonymous';
comment on column accounts.announcement_reaction.made_at is 'what: when, to the order that pictures stand in; of: account by account; for: show; kept: with account; erased: row; leaves: pseudonymous';

comment on column relationships.relation.cell is 'what: home cell of the owner, part of the id; of: both by owner, other; for: find; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.owner is 'what: whose view of the pair this is; of: both by owner, other; for: find; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.other is 'what: the other end of the pair; of: both by owner, other; for: find; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.bits is 'what: what stands between them: follows, requests, blocks, mutes, wishes; of: both by owner, other; for: decide; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.following_id is 'what: when the owner began to follow, lists page by it; of: both by owner, other; for: find; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.followed_id is 'what: when the other began to follow, lists page by it; of: both by owner, other; for: find; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.requested_by_id is 'what: when the other asked to follow; of: both by owner, other; for: find; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.blocking_id is 'what: when the owner blocked; of: both by owner, other; for: find; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.muting_id is 'what: when the owner muted; of: both by owner, other; for: find; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.muting_until is 'what: when a timed mute ends; of: both by owner, other; for: decide; kept: with relation; erased: row; leaves: pseudonymous';
comment on column relationships.relation.sealed_note is 'what: private note of the owner about the other, for the owner''s eyes; of: account by owner; for: remember; kept: with relation; erased: key; leaves: sealed; key: owner';

comment on column relationships.filter.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with filter; erased: row; leaves: pseudonymous';
comment on column relationships.filter.account is 'what: whose filter it is; of: account by account; for: find; kept: with filter; erased: row; leaves: pseudonymous';
comment on column relationships.filter.id is 'what: number of the filter; of: account by account; for: find; kept: with filter; erased: row; leaves: pseudonymous';
comment on column relationships.filter.contexts is 'what: where it applies: home, notifications, public, thread, account; of: account by account; for: remember; kept: with filter; erased: row; leaves: pseudonymous';
comment on column relationships.filter.action is 'what: warn, hide or blur; of: account by account; for: remember; kept: with filter; erased: row; leaves: pseudonymous';
comment on column relationships.filter.expires_at is 'what: when it ends; of: account by account; for: remember; kept: with filter; erased: row; leaves: pseudonymous';
comment on column relationships.filter.sealed is 'what: its title, keywords and the posts it names; of: account by account; for: remember; kept: with filter; erased: key; leaves: sealed; key: account';

comment on column relationships.domain_block.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column relationships.domain_block.account is 'what: who wants nothing of that server; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column relationships.domain_block.domain is 'what: keyed hash of the server, its key in the keyring; of: account by account; for: find; kept: with account; erased: row; leaves: no';
comment on column relationships.domain_block.id is 'what: when it began, lists page by it; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column relationships.domain_block.sealed_name is 'what: the server as it was typed; of: account by account; for: remember; kept: with account; erased: key; leaves: sealed; key: account';

comment on column relationships.followed_tag.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with tag; erased: row; leaves: pseudonymous';
comment on column relationships.followed_tag.account is 'what: for whom the tag is followed; of: account by account; for: find; kept: with tag; erased: row; leaves: pseudonymous';
comment on column relationships.followed_tag.tag is 'what: keyed hash of the tag, its key in the keyring; of: account by account; for: find; kept: with tag; erased: row; leaves: no';
comment on column relationships.followed_tag.id is 'what: when it began, lists page by it; of: account by account; for: find; kept: with tag; erased: row; leaves: pseudonymous';
comment on column relationships.followed_tag.sealed_name is 'what: the tag as it was typed; of: account by account; for: remember; kept: with tag; erased: key; leaves: sealed; key: account';

comment on column relationships.featured_tag.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with tag; erased: row; leaves: pseudonymous';
comment on column relationships.featured_tag.account is 'what: for whom the tag is shown on the profile; of: account by account; for: find; kept: with tag; erased: row; leaves: pseudonymous';
comment on column relationships.featured_tag.tag is 'what: keyed hash of the tag, its key in the keyring; of: account by account; for: find; kept: with tag; erased: row; leaves: no';
comment on column relationships.featured_tag.id is 'what: when it began, lists page by it; of: account by account; for: find; kept: with tag; erased: row; leaves: pseudonymous';
comment on column relationships.featured_tag.sealed_name is 'what: the tag as it was typed; of: account by account; for: show; kept: with tag; erased: key; leaves: sealed; key: account';

comment on column posts.post.cell is 'what: home cell of the author, part of the id; of: author by author; for: find; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.id is 'what: number of the post, says when it was written; of: author by author; for: find; kept: 90 days after deletion; erased: link; leaves: pseudonymous';
comment on column posts.post.author is 'what: who wrote it; of: author by author; for: decide; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.audience is 'what: public, unlisted or followers; of: author by author; for: decide; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.flags is 'what: states of the law: sensitive, removed, deleted ..., written while protected, kinds of what it carries; of: author by author; for: decide; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.version is 'what: grows with each edit; of: author by author; for: run; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.boost_of is 'what: the post that this one boosts; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.quote_of is 'what: the post that this one quotes; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.quotes is 'what: how many posts quote it; of: author by author; for: count; kept: 90 days after deletion; erased: rebuilt; leaves: pseudonymous';
comment on column posts.post.reply_to is 'what: the post that this one answers; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.reply_to_account is 'what: whom it answers; of: author by author; for: decide; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.thread is 'what: the first post of its thread; of: author by author; for: find; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.mentions is 'what: accounts that its text names, who may therefore see it; of: author by author; for: decide; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.language is 'what: language the author named; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.app is 'what: app it was written with; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.edited_at is 'what: when it was last edited; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.deleted_at is 'what: when its author deleted it: it is a tombstone since; of: author by author; for: run; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column posts.post.replies is 'what: how many answers anybody may see; of: author by author; for: count; kept: 90 days after deletion; erased: rebuilt; leaves: pseudonymous';
comment on column posts.post.boosts is 'what: how many boosts; of: author by author; for: count; kept: 90 days after deletion; erased: rebuilt; leaves: pseudonymous';
comment on column posts.post.likes is 'what: how many likes; of: author by author; for: count; kept: 90 days after deletion; erased: rebuilt; leaves: pseudonymous';

comment on column posts.content.cell is 'what: home cell of the author, part of the id; of: author of posts.post by id; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.content.id is 'what: which post; of: author of posts.post by id; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.content.sealed is 'what: text, content warning, names in the text, descriptions of media, options of a poll; of: author of posts.post by id; for: show; kept: with post; erased: key, row; leaves: sealed; key: id';

comment on column posts.edit.cell is 'what: home cell of the author, part of the id; of: author of posts.post by post; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.edit.post is 'what: which post; of: author of posts.post by post; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.edit.version is 'what: which version, counted from 1; of: author of posts.post by post; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.edit.at is 'what: when that version was written; of: author of posts.post by post; for: show; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.edit.flags is 'what: states of the post at that time; of: author of posts.post by post; for: show; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.edit.sealed is 'what: what the post said before an edit; of: author of posts.post by post; for: show; kept: with post; erased: key, row; leaves: sealed; key: post';

comment on column posts.mark.cell is 'what: home cell of the account, part of the id; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.mark.account is 'what: who marked the post; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.mark.post is 'what: which post; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.mark.bits is 'what: liked, bookmarked, boosted, pinned, its thread muted; of: account by account; for: show; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.mark.like_id is 'what: when it was liked, lists page by it; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.mark.bookmark_id is 'what: when it was bookmarked, lists page by it; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.mark.pin_id is 'what: when it was pinned, lists page by it; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.mark.boost is 'what: the account''s own boost of it; of: account by account; for: show; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.mark.folder is 'what: the folder that the bookmark lies in; of: account by account; for: remember; kept: with mark; erased: row; leaves: pseudonymous';

comment on column posts.folder.cell is 'what: home cell of the owner, part of the id; of: account by account; for: find; kept: with folder; erased: row; leaves: pseudonymous';
comment on column posts.folder.id is 'what: number of the folder; of: account by account; for: find; kept: with folder; erased: row; leaves: pseudonymous';
comment on column posts.folder.account is 'what: whose folder it is; of: account by account; for: find; kept: with folder; erased: row; leaves: pseudonymous';
comment on column posts.folder.sealed_name is 'what: what its owner calls it; of: account by account; for: remember; kept: with folder; erased: key; leaves: sealed; key: account';

comment on column posts.reaction.cell is 'what: home cell of the post, part of its id; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.reaction.post is 'what: which post; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.reaction.kind is 'what: 1 liked, 4 boosted; of: account by account; for: show; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.reaction.id is 'what: when, lists page by it; of: account by account; for: find; kept: with mark; erased: row; leaves: pseudonymous';
comment on column posts.reaction.account is 'what: who did; of: account by account; for: show; kept: with mark; erased: row; leaves: pseudonymous';

comment on column posts.once.cell is 'what: home cell of the account, part of the id; of: account by account; for: find; kept: 1 day after it was written; erased: row; leaves: no';
comment on column posts.once.account is 'what: whose app sent the key; of: account by account; for: run; kept: 1 day after it was written; erased: row; leaves: no';
comment on column posts.once.key is 'what: digest of an idempotency key; of: account by account; for: run; kept: 1 day after it was written; erased: row; leaves: no';
comment on column posts.once.post is 'what: what was published under it; of: account by account; for: run; kept: 1 day after it was written; erased: row; leaves: no';
comment on column posts.once.at is 'what: when; of: account by account; for: run; kept: 1 day after it was written; erased: row; leaves: no';

comment on column messages.message.cell is 'what: home cell of the author, part of the id; of: author by author; for: find; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.id is 'what: number of the message, says when it was written; of: author by author; for: find; kept: 90 days after deletion; erased: link; leaves: pseudonymous';
comment on column messages.message.conversation is 'what: which conversation it belongs to; of: author by author; for: find; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.author is 'what: who wrote it; of: author by author; for: decide; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.flags is 'what: states of the law: sensitive, removed, deleted ...; of: author by author; for: decide; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.version is 'what: grows with each edit; of: author by author; for: run; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.reply_to is 'what: the message or post that it answers; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.reply_to_account is 'what: whom it answers; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.named is 'what: to whom it was sent; of: both by author, named; for: decide; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.language is 'what: language the author named; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.app is 'what: app it was written with; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.edited_at is 'what: when it was last edited; of: author by author; for: show; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.deleted_at is 'what: when its author deleted it: it is a tombstone since; of: author by author; for: run; kept: 90 days after deletion; erased: row; leaves: pseudonymous';
comment on column messages.message.sealed is 'what: text, content warning, and the names in the text; of: author by author; for: show; kept: with message; erased: key, emptied; leaves: sealed; key: id';

comment on column messages.inbox.cell is 'what: home cell of the account, part of the id; of: account by account; for: find; kept: until its owner leaves it; erased: row; leaves: pseudonymous';
comment on column messages.inbox.account is 'what: whose inbox this is; of: account by account; for: find; kept: until its owner leaves it; erased: row; leaves: pseudonymous';
comment on column messages.inbox.conversation is 'what: which conversation; of: account by account; for: find; kept: until its owner leaves it; erased: row; leaves: pseudonymous';
comment on column messages.inbox.last_message is 'what: newest message in it; of: account by account; for: find; kept: until its owner leaves it; erased: row; leaves: pseudonymous';
comment on column messages.inbox.people is 'what: everybody in the conversation; of: both by account, people; for: show; kept: until its owner leaves it; erased: row; leaves: pseudonymous';
comment on column messages.inbox.is_unread is 'what: whether its owner has read it; of: account by account; for: remember; kept: until its owner leaves it; erased: row; leaves: pseudonymous';

comment on column timelines.marker.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column timelines.marker.account is 'what: who reads; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column timelines.marker.timeline is 'what: home or notifications; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column timelines.marker.last_read is 'what: up to where it was read; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column timelines.marker.version is 'what: grows with each change; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column timelines.marker.changed_at is 'what: when it was set; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';

comment on column lists.list.cell is 'what: home cell of the owner, part of the id; of: account by owner; for: find; kept: with list; erased: row; leaves: pseudonymous';
comment on column lists.list.id is 'what: number of the list; of: account by owner; for: find; kept: with list; erased: row; leaves: pseudonymous';
comment on column lists.list.owner is 'what: whose list it is; of: account by owner; for: find; kept: with list; erased: row; leaves: pseudonymous';
comment on column lists.list.sealed_title is 'what: its title, for the owner''s eyes; of: account by owner; for: remember; kept: with list; erased: key; leaves: sealed; key: owner';
comment on column lists.list.replies_policy is 'what: which replies of its members it shows; of: account by owner; for: remember; kept: with list; erased: row; leaves: pseudonymous';
comment on column lists.list.is_exclusive is 'what: whether its members are kept off the home timeline; of: account by owner; for: remember; kept: with list; erased: row; leaves: pseudonymous';

comment on column lists.member.cell is 'what: home cell of the list, part of its id; of: account of lists.list by list; for: find; kept: with list; erased: row; leaves: pseudonymous';
comment on column lists.member.list is 'what: which list; of: account of lists.list by list; for: find; kept: with list; erased: row; leaves: pseudonymous';
comment on column lists.member.account is 'what: who is in it, and does not learn of it; of: account of lists.list by list; for: remember; kept: with list; erased: row; leaves: pseudonymous';
comment on column lists.member.id is 'what: when the account was added, lists page by it; of: account of lists.list by list; for: find; kept: with list; erased: row; leaves: pseudonymous';

comment on column collections.collection.cell is 'what: home cell of the owner, part of the id; of: account by owner; for: find; kept: with collection; erased: row; leaves: pseudonymous';
comment on column collections.collection.id is 'what: number of the collection, says when it was made; of: account by owner; for: find; kept: with collection; erased: row; leaves: yes';
comment on column collections.collection.owner is 'what: who recommends; of: account by owner; for: show; kept: with collection; erased: row; leaves: yes';
comment on column collections.collection.language is 'what: in what language its accounts write, as the owner says; of: account by owner; for: show; kept: with collection; erased: row; leaves: yes';
comment on column collections.collection.is_sensitive is 'what: whether it stands behind a warning; of: account by owner; for: show; kept: with collection; erased: row; leaves: yes';
comment on column collections.collection.is_discoverable is 'what: whether it stands on the owner''s profile; of: account by owner; for: decide; kept: with collection; erased: row; leaves: yes';
comment on column collections.collection.is_taken_down is 'what: whether moderators took it out of sight; of: account by owner; for: decide; kept: with collection; erased: row; leaves: pseudonymous';
comment on column collections.collection.changed_at is 'what: when its text or marks were last changed; of: account by owner; for: show; kept: with collection; erased: row; leaves: yes';
comment on column collections.collection.sealed_text is 'what: name, description and tag; of: account by owner; for: show; kept: with collection; erased: key; leaves: sealed; key: owner';

comment on column collections.item.cell is 'what: home cell of the collection, part of its id; of: both by owner, account; for: find; kept: with collection; erased: row; leaves: pseudonymous';
comment on column collections.item.collection is 'what: which collection; of: both by owner, account; for: find; kept: with collection; erased: row; leaves: yes';
comment on column collections.item.owner is 'what: who recommends; of: both by owner, account; for: decide; kept: with collection; erased: row; leaves: yes';
comment on column collections.item.account is 'what: who is recommended, and is told so; of: both by owner, account; for: show; kept: with collection; erased: row; leaves: yes';
comment on column collections.item.id is 'what: when the account was added; of: both by owner, account; for: show; kept: with collection; erased: row; leaves: yes';
comment on column collections.item.is_refused is 'what: whether the account left it, and may not be put back; of: both by owner, account; for: remember; kept: with collection; erased: row; leaves: pseudonymous';

comment on column notifications.notification.account is 'what: who is told; of: both by account, actor; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.notification.id is 'what: when, lists page by it; of: both by account, actor; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.notification.actor is 'what: who did it; of: both by account, actor; for: tell; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.notification.post is 'what: which post or collection it is about, 0 for none; of: both by account, actor; for: tell; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.notification.cell is 'what: home cell of who is told, part of the id; of: both by account, actor; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.notification.kind is 'what: mention, follow, request, boost, like, status and so on; of: both by account, actor; for: tell; kept: with account; erased: row; leaves: pseudonymous';

comment on column notifications.policy.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.policy.account is 'what: who wants it so; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.policy.not_following is 'what: what to do with whom one does not follow; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.policy.not_followers is 'what: what to do with whom one is not followed by; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.policy.new_accounts is 'what: what to do with accounts that are new; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.policy.private_mentions is 'what: what to do with direct messages nobody asked for; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.policy.limited_accounts is 'what: what to do with accounts that moderators limited; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.policy.cleared_until is 'what: up to where the list was cleared; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';

comment on column notifications.held.account is 'what: who would have been told; of: both by account, actor; for: find; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';
comment on column notifications.held.actor is 'what: who did it; of: both by account, actor; for: tell; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';
comment on column notifications.held.post is 'what: which post or collection it is about, 0 for none; of: both by account, actor; for: tell; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';
comment on column notifications.held.id is 'what: when, lists page by it; of: both by account, actor; for: find; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';
comment on column notifications.held.cell is 'what: home cell of who would have been told, part of the id; of: both by account, actor; for: find; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';
comment on column notifications.held.kind is 'what: as in notifications.notification; of: both by account, actor; for: tell; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';

comment on column notifications.request.cell is 'what: home cell, part of the id; of: both by account, actor; for: find; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';
comment on column notifications.request.account is 'what: who decides; of: both by account, actor; for: find; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';
comment on column notifications.request.actor is 'what: from whom something is kept back; of: both by account, actor; for: tell; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';
comment on column notifications.request.id is 'what: when the first one came, lists page by it; of: both by account, actor; for: find; kept: until it is accepted or dismissed; erased: row; leaves: pseudonymous';

comment on column notifications.permission.cell is 'what: home cell, part of the id; of: both by account, actor; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.permission.account is 'what: who accepts everything; of: both by account, actor; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column notifications.permission.actor is 'what: from whom; of: both by account, actor; for: remember; kept: with account; erased: row; leaves: pseudonymous';

comment on column notifications.bell.cell is 'what: home cell of the author, part of the id; of: both by author, account; for: find; kept: with relation; erased: row, rebuilt; leaves: pseudonymous';
comment on column notifications.bell.author is 'what: whose posts; of: both by author, account; for: find; kept: with relation; erased: row, rebuilt; leaves: pseudonymous';
comment on column notifications.bell.account is 'what: who is told of each of them; of: both by author, account; for: tell; kept: with relation; erased: row, rebuilt; leaves: pseudonymous';

comment on column notifications.muted_thread.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with mark; erased: row, rebuilt; leaves: pseudonymous';
comment on column notifications.muted_thread.account is 'what: who does not want to hear of it; of: account by account; for: tell; kept: with mark; erased: row, rebuilt; leaves: pseudonymous';
comment on column notifications.muted_thread.thread is 'what: which thread; of: account by account; for: tell; kept: with mark; erased: row, rebuilt; leaves: pseudonymous';

comment on column notifications.conversation.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row, rebuilt; leaves: pseudonymous';
comment on column notifications.conversation.account is 'what: who has written in it; of: account by account; for: tell; kept: with account; erased: row, rebuilt; leaves: pseudonymous';
comment on column notifications.conversation.conversation is 'what: which conversation; of: account by account; for: tell; kept: with account; erased: row, rebuilt; leaves: pseudonymous';

comment on column search.post_words.post is 'what: which post; of: author by author; for: find; kept: with post; erased: row, rebuilt; leaves: no';
comment on column search.post_words.author is 'what: who wrote it; of: author by author; for: search; kept: with post; erased: row, rebuilt; leaves: no';
comment on column search.post_words.is_indexable is 'what: whether anybody signed in may find it; of: author by author; for: search; kept: with post; erased: row, rebuilt; leaves: no';
comment on column search.post_words.words is 'what: keyed hashes of its words and of whom it names, their key in the keyring; of: author by author; for: search; kept: with post; erased: row, rebuilt; leaves: no';
comment on column search.post_words.pairs is 'what: 16 bits of the keyed hashes of each two words side by side, to tell phrases; of: author by author; for: search; kept: with post; erased: row, rebuilt; leaves: no';

comment on column search.account_words.account is 'what: which account; of: account by account; for: find; kept: with account; erased: row, rebuilt; leaves: no';
comment on column search.account_words.words is 'what: keyed hashes of its handle and name, and of how they begin; of: account by account; for: search; kept: with account; erased: row, rebuilt; leaves: no';

comment on column search.vocabulary.word is 'what: keyed hash of a word that some post has; of: nobody; for: search; kept: until the index is rebuilt; erased: rebuilt; leaves: no';
comment on column search.vocabulary.edges is 'what: keyed hashes of how that word begins; of: nobody; for: search; kept: until the index is rebuilt; erased: rebuilt; leaves: no';

comment on column search.tag.tag is 'what: keyed hash of a tag of public posts; of: nobody; for: search; kept: until the index is rebuilt; erased: rebuilt; leaves: no';
comment on column search.tag.sealed_name is 'what: its name, to complete what somebody types; of: nobody; for: search; kept: until the index is rebuilt; erased: rebuilt; leaves: no; key: secret tags';

comment on column search.build.name is 'what: which index; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column search.build.at_id is 'what: up to where it has been built; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column search.build.born is 'what: which index this is, so that what is remembered of another one is void; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column search.build.done_at is 'what: when it was complete; of: site; for: run; kept: always; erased: never; leaves: no';

comment on column search.alive.one is 'what: there as long as the unlogged index has survived; of: site; for: run; kept: until the next crash; erased: rebuilt; leaves: no';
comment on column search.alive.born is 'what: which index this is; of: site; for: run; kept: until the next crash; erased: rebuilt; leaves: no';

comment on column accounts.retired_handle.digest is 'what: keyed digest of a handle whose holder was erased, its key in the keyring; of: nobody; for: decide; kept: 90 days after the erasure; erased: row; leaves: no';
comment on column accounts.retired_handle.retired_at is 'what: when that was; of: nobody; for: decide; kept: 90 days after the erasure; erased: row; leaves: no';

comment on column privacy.erasure.account is 'what: whose account is being erased, or was, by number; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column privacy.erasure.link_digest is 'what: digest of the secret in the link to its receipt; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column privacy.erasure.asked_at is 'what: when it was asked for; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column privacy.erasure.by_crew is 'what: whether the crew did it on somebody''s behalf; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column privacy.erasure.places is 'what: how far each step has come; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column privacy.erasure.gone is 'what: how many rows or keys went in each step; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column privacy.erasure.done_at is 'what: when it was done; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column privacy.erasure.swept_at is 'what: when it was last looked for remains; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column privacy.erasure.remains is 'what: what was left then, by table and column; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';

comment on column privacy.export.cell is 'what: home cell, part of the id; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';
comment on column privacy.export.account is 'what: whose export it is; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';
comment on column privacy.export.id is 'what: number of the export, and of its key; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';
comment on column privacy.export.asked_at is 'what: when it was asked for; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';
comment on column privacy.export.places is 'what: how far each table has come; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';
comment on column privacy.export.done_at is 'what: when it was complete; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';
comment on column privacy.export.bytes is 'what: how long the file is; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';
comment on column privacy.export.digest is 'what: SHA-256 of the file as it is handed out; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';
comment on column privacy.export.expires_at is 'what: when file and key go; of: account by account; for: run; kept: 7 days after it was made; erased: row; leaves: no';

comment on column privacy.consent.cell is 'what: home cell, part of the id; of: account by account; for: prove; kept: with account; erased: row; leaves: pseudonymous';
comment on column privacy.consent.account is 'what: who agreed, or took it back; of: account by account; for: prove; kept: with account; erased: row; leaves: pseudonymous';
comment on column privacy.consent.id is 'what: number of the change; of: account by account; for: prove; kept: with account; erased: row; leaves: pseudonymous';
comment on column privacy.consent.what is 'what: terms, indexable or discoverable; of: account by account; for: prove; kept: with account; erased: row; leaves: pseudonymous';
comment on column privacy.consent.version is 'what: which text they agreed to; of: account by account; for: prove; kept: with account; erased: row; leaves: pseudonymous';
comment on column privacy.consent.given is 'what: given or withdrawn; of: account by account; for: prove; kept: with account; erased: row; leaves: pseudonymous';
comment on column privacy.consent.at is 'what: when; of: account by account; for: prove; kept: with account; erased: row; leaves: pseudonymous';
comment on column privacy.consent.how is 'what: at sign-up, in the settings, or by the crew; of: account by account; for: prove; kept: with account; erased: row; leaves: pseudonymous';

comment on column privacy.request.id is 'what: number of the request; of: account by account; for: prove; kept: 1095 days after it was asked; erased: emptied; leaves: no';
comment on column privacy.request.account is 'what: who asked, null once they are erased; of: account by account; for: prove; kept: 1095 days after it was asked; erased: emptied; leaves: no';
comment on column privacy.request.kind is 'what: export, erasure, rectification, objection or question; of: account by account; for: prove; kept: 1095 days after it was asked; erased: emptied; leaves: no';
comment on column privacy.request.asked_at is 'what: when; of: account by account; for: prove; kept: 1095 days after it was asked; erased: emptied; leaves: no';
comment on column privacy.request.due_at is 'what: until when the law gives us time; of: account by account; for: prove; kept: 1095 days after it was asked; erased: emptied; leaves: no';
comment on column privacy.request.done_at is 'what: when it was answered; of: account by account; for: prove; kept: 1095 days after it was asked; erased: emptied; leaves: no';


comment on column journal.entry.cell is 'what: cell of what the entry is about; of: account by actor; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.id is 'what: number of the entry; of: account by actor; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.epoch is 'what: grows at each restore and failover; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.xid is 'what: transaction that wrote it; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.at is 'what: when; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.kind is 'what: what happened: room.noun.past; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.subject is 'what: what it happened to, by number; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.actor is 'what: who did it, by number, null for the site itself; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.refs is 'what: numbers of what else is concerned, the kind gives their meaning; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.cause is 'what: the request, command or schedule that led to it; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.salt is 'what: random bytes without which the digest says nothing; of: account by actor; for: prove; kept: always; erased: emptied; leaves: pseudonymous';
comment on column journal.entry.digest is 'what: salted digest of what happened in full, text included; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column journal.entry.inverse is 'what: how to undo it, by number, unused so far; of: account by actor; for: prove; kept: always; erased: link; leaves: pseudonymous';

comment on column journal.epoch.epoch is 'what: number of the epoch; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.epoch.began_at is 'what: when it began; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.epoch.reason is 'what: first start, restore or failover; of: site; for: prove; kept: always; erased: never; leaves: yes';

comment on column journal.seal.cell is 'what: whose chain this is a link of; of: nobody; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.seal.seq is 'what: number of the link; of: nobody; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.seal.epoch is 'what: epoch of its entries; of: nobody; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.seal.from_xid is 'what: first transaction in it; of: nobody; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.seal.to_xid is 'what: last transaction in it; of: nobody; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.seal.ids is 'what: numbers of its entries, in order; of: nobody; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.seal.prints is 'what: eight bytes of each entry''s hash, to name the one that was changed; of: nobody; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.seal.hash is 'what: hash over its entries and the link before it; of: nobody; for: prove; kept: always; erased: never; leaves: yes';

comment on column journal.root.seq is 'what: number of the root; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.root.at is 'what: when it was signed; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.root.heads is 'what: last link of each cell''s chain; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.root.hash is 'what: hash over them and the root before; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column journal.root.signature is 'what: signature of the site over the hash; of: site; for: prove; kept: always; erased: never; leaves: yes';

comment on column law.surface.surface is 'what: number of the surface; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column law.surface.name is 'what: name as in docs/law/visibility.md; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column law.surface.codes is 'what: verdict for each state, audience and viewer; of: site; for: decide; kept: always; erased: never; leaves: yes';

comment on column law.policy.version is 'what: version of the law; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column law.policy.in_force_at is 'what: since when; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column law.policy.reason is 'what: why it changed; of: site; for: prove; kept: always; erased: never; leaves: yes';

comment on column ops.setting.name is 'what: name of the setting; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.setting.value is 'what: its value; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.setting.changed_at is 'what: when it was set; of: site; for: run; kept: always; erased: never; leaves: no';

comment on column ops.maker.maker is 'what: number of the id maker; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.maker.holder is 'what: process that leases it: host and process number; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.maker.lease_until is 'what: until when; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.maker.high_water is 'what: no id beyond this has been given out; of: site; for: run; kept: always; erased: never; leaves: no';

comment on column ops.follower.name is 'what: name of the follower; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.follower.epoch is 'what: epoch of the last entry it has taken; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.follower.xid is 'what: transaction of that entry; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.follower.id is 'what: number of that entry; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.follower.at is 'what: when it moved; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.follower.note is 'what: remark of the crew, unused so far; of: site; for: run; kept: always; erased: never; leaves: no';

comment on column ops.job.id is 'what: number of the job; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.lane is 'what: urgent, default or bulk; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.name is 'what: which work; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.args is 'what: numbers it works on, never text; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.run_at is 'what: when it is due; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.attempts is 'what: how often it was tried; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.locked_until is 'what: claimed by a process until then; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.last_error is 'what: why the last try failed; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.once is 'what: name under which it waits only once; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.made_at is 'what: when it was asked for; of: site; for: run; kept: until the job is done; erased: row; leaves: no';
comment on column ops.job.dead_at is 'what: when it was given up; of: site; for: run; kept: until the job is done; erased: row; leaves: no';

comment on column ops.schedule.name is 'what: name of the schedule; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.schedule.next_at is 'what: when it is due; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.schedule.ran_at is 'what: when it last ran; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.schedule.note is 'what: what it said then; of: site; for: run; kept: always; erased: never; leaves: no';

comment on column ops.drill.id is 'what: number of the run; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.drill.drill is 'what: name of the drill; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.drill.verdict is 'what: passed, failed, impossible or broken; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.drill.sabotage is 'what: whether it was run to fail; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.drill.build is 'what: digest of the code that was drilled; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.drill.at is 'what: when; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.drill.report is 'what: figures and harm, as the drill printed them; of: site; for: prove; kept: always; erased: never; leaves: yes';

-- Backups (petrel/ops/backups).
comment on column ops.backup.id is 'what: number of the backup; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.backup.name is 'what: name of its folders; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.backup.place is 'what: directory it was written to; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.backup.at is 'what: when it was begun; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.backup.took_s is 'what: how long it took; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.backup.data_bytes is 'what: size of the data copy as it is stored; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.backup.keyring_bytes is 'what: size of the keyring copy as it is stored; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.backup.root is 'what: last signed root of the journal in it; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.backup.keys_until is 'what: when the copy of the keyring has to be gone; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.backup.keys_gone_at is 'what: when it was removed; of: site; for: prove; kept: always; erased: never; leaves: yes';

comment on column petrel_migrations.done.name is 'what: file that was run; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.done.digest is 'what: digest of its text; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.done.at is 'what: when it was run; of: site; for: run; kept: always; erased: never; leaves: yes';

comment on column petrel_migrations.kept.oid is 'what: function or type that a numbered migration made; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.made.signature is 'what: function or type that a numbered migration made, by name; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.left_over.signature is 'what: function that only an older release calls; of: site; for: run; kept: until that release is gone; erased: never; leaves: yes';
comment on column petrel_migrations.granted.what is 'what: table, column or function that somebody may use; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.granted.who is 'what: the role that may; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column petrel_migrations.granted.may is 'what: what it may do; of: site; for: run; kept: always; erased: never; leaves: yes';

-- Requests that take two people (petrel/ops/access).

comment on column access.request.cell is 'what: cell of whoever asked, part of the id; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.id is 'what: number of the request; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.kind is 'what: what sort of thing it asks for; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.bound is 'what: keyed digest of kind, particulars and reason: it is approved for exactly these; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.sealed is 'what: particulars and reason, as they were written; of: account by asker; for: prove; kept: always; erased: key, link; leaves: no; key: id';
comment on column access.request.least_role is 'what: role that asking and approving takes; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.wants_other_role is 'what: whether the two need to have different roles; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.asker is 'what: who asked; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.asked_at is 'what: when it was asked; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.expires_at is 'what: until when it could be approved; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.approval_minutes is 'what: how long an approval is good; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.state is 'what: asked, approved, refused, used or expired; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.approver is 'what: second person who approved it, null when there was none; of: account by approver; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.is_alone is 'what: approved by waiting, in a crew of one; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.approved_at is 'what: when it was approved; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.good_until is 'what: until when it could be used; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.refuser is 'what: who stopped it; of: account by refuser; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.refused_at is 'what: when it was stopped; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.uses_left is 'what: how often it may still be used; of: account by asker; for: prove; kept: always; erased: link; leaves: no';
comment on column access.request.used_at is 'what: when it was last used; of: account by asker; for: prove; kept: always; erased: link; leaves: no';

comment on column access.crew_change.cell is 'what: home cell, part of the id; of: account by account; for: prove; kept: 7 days after the change; erased: row; leaves: no';
comment on column access.crew_change.account is 'what: whose role or state changed; of: account by account; for: prove; kept: 7 days after the change; erased: row; leaves: no';
comment on column access.crew_change.at is 'what: when it changed; of: account by account; for: prove; kept: 7 days after the change; erased: row; leaves: no';
comment on column access.crew_change.role_before is 'what: role before; of: account by account; for: prove; kept: 7 days after the change; erased: row; leaves: no';
comment on column access.crew_change.role_after is 'what: role after, null for an account that was removed; of: account by account; for: prove; kept: 7 days after the change; erased: row; leaves: no';

-- Reads of what is not public: a row names nobody, and what is sealed in it two people open (decision 0015).

comment on column access.seen_key.number is 'what: number of a pair of keys that reads are sealed for; of: nobody; for: prove; kept: 92 days after it was made; erased: row; leaves: no';
comment on column access.seen_key.public_half is 'what: public half, which seals; of: nobody; for: prove; kept: 92 days after it was made; erased: row; leaves: no';
comment on column access.seen_key.sealed_private is 'what: private half, which opens; of: nobody; for: prove; kept: 92 days after it was made; erased: key, row; leaves: no; key: number';
comment on column access.seen_key.made_at is 'what: when the pair was made; of: nobody; for: prove; kept: 92 days after it was made; erased: row; leaves: no';

comment on column access.seen.spool is 'what: number of the file that a process recorded into; of: nobody; for: prove; kept: 90 days after it was recorded; erased: row; leaves: no';
comment on column access.seen.place is 'what: where in that file these records began; of: nobody; for: prove; kept: 90 days after it was recorded; erased: row; leaves: no';
comment on column access.seen.key is 'what: number of the pair of keys they are sealed for; of: nobody; for: prove; kept: 90 days after it was recorded; erased: row; leaves: no';
comment on column access.seen.ephemeral is 'what: public half of the process, needed for opening; of: nobody; for: prove; kept: 90 days after it was recorded; erased: row; leaves: no';
comment on column access.seen.from_at is 'what: when the first was recorded; of: nobody; for: prove; kept: 90 days after it was recorded; erased: row; leaves: no';
comment on column access.seen.until_at is 'what: when the last was recorded; of: nobody; for: prove; kept: 90 days after it was recorded; erased: row; leaves: no';
comment on column access.seen.sealed is 'what: who saw which posts and messages, when, on which surface; of: nobody; for: prove; kept: 90 days after it was recorded; erased: key, row; leaves: no; key: key';

comment on column access.look_count.cell is 'what: home cell, part of the id; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column access.look_count.account is 'what: whose posts and messages the crew looked into; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column access.look_count.month is 'what: in which month; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column access.look_count.looks is 'what: how often; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
-- The policy (0009).
comment on column accounts.account.country is 'what: country that its holder declared and that was confirmed, null: not known; of: account by id; for: decide; kept: with account; erased: row; leaves: no';
comment on column law.surface.is_open is 'what: whether anything is shown there; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column law.surface.closed_at is 'what: since when it is closed; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column law.surface.closed_why is 'what: why it was closed or opened last; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column posts.withheld.cell is 'what: home cell of the author, part of the id; of: author of posts.post by post; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.withheld.post is 'what: post that a legal order applies to; of: author of posts.post by post; for: decide; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.withheld.country is 'what: country of the order; of: author of posts.post by post; for: decide; kept: with post; erased: row; leaves: yes';
comment on column posts.withheld.case_number is 'what: number of the order, shown instead of the post; of: author of posts.post by post; for: show; kept: with post; erased: row; leaves: yes';
comment on column posts.withheld.notice_url is 'what: where the order can be read; of: author of posts.post by post; for: show; kept: with post; erased: row; leaves: yes';
comment on column posts.withheld.until_at is 'what: end of the order; of: author of posts.post by post; for: decide; kept: with post; erased: row; leaves: yes';

-- The ledger of deletions.
comment on column deletions.deletion.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.id is 'what: number of what was deleted; of: account by account; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.kind is 'what: 1 post, 2 message, 3 account; of: account by account; for: show; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.account is 'what: whose it was; of: account by account; for: show; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.asked_at is 'what: when it was deleted; of: account by account; for: show; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.epoch is 'what: the journal entry that it follows; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.xid is 'what: the journal entry that it follows; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.entry is 'what: the journal entry that it follows; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.state is 'what: how far it is: asked, key gone, nothing remains, something remains, purged; of: account by account; for: run; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.keys_gone_at is 'what: when its key was seen to be gone; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.shredded_at is 'what: when the bytes of its key were in no file of the keyring any more; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.swept_at is 'what: when it was last looked for remains; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.remains is 'what: places where something was found, never what; of: account by account; for: run; kept: always; erased: link; leaves: pseudonymous';
comment on column deletions.deletion.counts is 'what: of an account, how much went with it; of: account by account; for: show; kept: always; erased: link; leaves: pseudonymous';

-- Imports of archives.
comment on column archives.import.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.import.id is 'what: number of the import, says when it began; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.import.account is 'what: into which account; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.import.state is 'what: running, done or undone; of: account by account; for: run; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.import.report is 'what: how much was taken and left out, by reason; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.import.begun_at is 'what: when it began; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.import.ended_at is 'what: when it ended; of: account by account; for: remember; kept: with account; erased: row; leaves: pseudonymous';

comment on column archives.item.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.item.account is 'what: into which account it was taken; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.item.source is 'what: keyed digest of what the archive calls it; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.item.kind is 'what: a post or a follow; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.item.object is 'what: the post made from it, or the account followed; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column archives.item.import is 'what: by which import; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';

-- The stranger and breaches (migration 0014).
comment on column ops.closed_door.door is 'what: door that is closed, a method with a pattern of an address; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column ops.closed_door.closed_at is 'what: since when; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column ops.closed_door.why is 'what: why; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.decoy.name is 'what: what sort of decoy; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.decoy.number is 'what: account, post or other thing that is nobody''s but the site''s; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.probe.is_one is 'what: there is one row; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.probe.asked_at is 'what: when the stranger last asked; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.probe.clean_at is 'what: when it had last asked everything and found nothing; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.probe.blind_since is 'what: since when it sees nothing where it should; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.probe.said is 'what: what it said last; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.breach.cell is 'what: cell, part of the number; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column ops.breach.id is 'what: number of the breach; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column ops.breach.state is 'what: open, assessed, notified or closed; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.surface is 'what: surface that something leaked through; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.door is 'what: door of it, a pattern of an address; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.viewer is 'what: as what sort of viewer the probe saw it; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.kinds is 'what: kinds of things seen; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.policy is 'what: number of the privacy policy in force; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.build is 'what: build of the program that found it; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.first_at is 'what: until when it surely was well; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.found_at is 'what: when it was found, and the 72 hours begin; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.until_at is 'what: when the door was shut; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach.due_at is 'what: by when the authority is to be told; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach_note.cell is 'what: cell, part of the number; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column ops.breach_note.breach is 'what: breach that it is about; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column ops.breach_note.at is 'what: when; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach_note.state is 'what: state of the breach from then on; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column ops.breach_note.sealed is 'what: what the crew noted; of: site; for: prove; kept: always; erased: key; leaves: sealed; key: breach';

-- What the site says of itself (migration 0019).
comment on column about.text.kind is 'what: what sort of text: about, rules, imprint, privacy, terms or contact; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column about.text.version is 'what: number of the version; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column about.text.text is 'what: what the site says of itself, as its crew wrote it for everybody; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column about.text.effective_on is 'what: day from which it is in force; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column about.text.at is 'what: when it was written; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column about.rule.id is 'what: number of a rule, which reports name it by; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column about.rule.place is 'what: where it stands among the rules in force; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column about.rule.text is 'what: a rule of the site; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column about.rule.hint is 'what: what stands under the rule; of: site; for: show; kept: always; erased: never; leaves: yes';

-- Mail.
comment on column mail.letter.cell is 'what: home cell, part of the number; of: account by account; for: find; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.id is 'what: number of the letter, says when it was asked for; of: account by account; for: find; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.account is 'what: to whom, null for the crew; of: account by account; for: tell; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.template is 'what: what it tells; of: account by account; for: tell; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.state is 'what: waiting, sent, refused or ended; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.once is 'what: name of what it tells, so that it is told once; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.attempts is 'what: how often it was tried; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.next_at is 'what: when it is tried next; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.locked_until is 'what: until when a process has it in hand; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.made_at is 'what: when it was asked for; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.until_at is 'what: how long it is of use; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.ended_at is 'what: when it left, or came to nothing; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.code is 'what: what the mail server said, without its text; of: account by account; for: run; kept: 30 days after it ended; erased: row; leaves: no';
comment on column mail.letter.sealed_letter is 'what: what it says, and the address of a letter to the crew; of: account by account; for: tell; kept: until it has left or ended; erased: key, row; leaves: sealed; key: id';
comment on column mail.wish.cell is 'what: home cell, part of the number; of: account by account; for: remember; kept: with account; erased: row; leaves: no';
comment on column mail.wish.account is 'what: who wishes it; of: account by account; for: remember; kept: with account; erased: row; leaves: no';
comment on column mail.wish.topic is 'what: what is sent; of: account by account; for: remember; kept: with account; erased: row; leaves: no';
comment on column mail.wish.wished_at is 'what: when it was wished for; of: account by account; for: remember; kept: with account; erased: row; leaves: no';
comment on column mail.refusal.cell is 'what: home cell, part of the number; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column mail.refusal.account is 'what: whose address; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column mail.refusal.digest is 'what: keyed digest of the address; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column mail.refusal.why is 'what: it bounced, or its holder called our mail unwanted; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column mail.refusal.code is 'what: what the mail server said, without its text; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column mail.refusal.count is 'what: how often; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column mail.refusal.at is 'what: when last; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column mail.breaker.domain is 'what: keyed digest of a domain, empty for the relay; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column mail.breaker.failures is 'what: how often in a row it took nothing; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column mail.breaker.open_until is 'what: until when it is let rest; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column mail.breaker.since is 'what: since when it takes nothing; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column mail.breaker.code is 'what: what it said last, without its text; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column mail.breaker.said_at is 'what: when; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column mail.signing_key.selector is 'what: name of the key in DNS; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column mail.signing_key.public_key is 'what: public half, as DNS has it; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column mail.signing_key.made_at is 'what: when it was made; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column mail.signing_key.retired_at is 'what: when it stopped signing; of: site; for: prove; kept: always; erased: never; leaves: yes';
comment on column mail.signing_key.sealed_private is 'what: private half, which signs our letters; of: site; for: prove; kept: always; erased: never; leaves: sealed; key: secret dkim';

comment on column accounts.reset.digest is 'what: digest of a link that sets a new password; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.reset.account is 'what: whose; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.reset.made_at is 'what: when it was made; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.reset.expires_at is 'what: until when it is good; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
comment on column accounts.reset.used_at is 'what: when it was used; of: account by account; for: let in; kept: 1 day after it ended; erased: row; leaves: no';
-- Watching (migration 0020).
comment on column ops.canary.is_one is 'what: there is one row; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.canary.seen_at is 'what: when a post of the sites own last came through; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.canary.took_ms is 'what: how long that took; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.canary.failed_since is 'what: since when none has come through; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.canary.said is 'what: what stood in the way; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.measured.is_one is 'what: there is one row; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.measured.at is 'what: when this was measured; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.measured.measures is 'what: numbers of the site as a whole, and of its machine; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.alert.id is 'what: number of the alert; of: site; for: find; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.rule is 'what: which rule said so; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.target is 'what: which of several things it is about; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.owner is 'what: whose it is, a name of the crews own choosing; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.value is 'what: what was measured; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.presses is 'what: whether it cannot wait for the hours of an office; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.fired_at is 'what: since when; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.told_at is 'what: when somebody was last told; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.told is 'what: how often; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.quiet_until is 'what: until when nobody is to be told again; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.alert.cleared_at is 'what: when it was well again; of: site; for: run; kept: 90 days after it was well again; erased: row; leaves: no';
comment on column ops.examination.is_one is 'what: there is one row; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.examination.at is 'what: when the doctor looked; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.examination.checks is 'what: what it found, and the cures; of: site; for: run; kept: always; erased: never; leaves: no';
-- Moderation (migration 0018).
comment on column moderation.case_file.cell is 'what: cell, part of the number; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column moderation.case_file.id is 'what: number of the case; of: account by about; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.case_file.about is 'what: whom the case is about, null for nobody here; of: account by about; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.case_file.kind is 'what: worst kind of report in it; of: site; for: run; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.case_file.harm is 'what: place in the queue; of: site; for: run; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.case_file.reports is 'what: how many reports made it; of: site; for: count; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.case_file.state is 'what: open or closed; of: site; for: run; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.case_file.assigned is 'what: who of the crew has taken it; of: site; for: run; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.case_file.opened_at is 'what: when; of: account by about; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.case_file.closed_at is 'what: when it was closed; of: account by about; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.case_file.closed_by is 'what: who of the crew closed it; of: site; for: prove; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.report.cell is 'what: cell, part of the number; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column moderation.report.id is 'what: number of the report; of: account by reporter; for: find; kept: always; erased: emptied; leaves: pseudonymous';
comment on column moderation.report.case_file is 'what: case that it went into; of: site; for: find; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.report.reporter is 'what: who reported, null for somebody without an account; of: account by reporter; for: tell; kept: always; erased: emptied; leaves: pseudonymous';
comment on column moderation.report.about is 'what: whom it is about; of: account by reporter; for: find; kept: always; erased: emptied, link; leaves: pseudonymous';
comment on column moderation.report.kind is 'what: what for; of: account by reporter; for: run; kept: always; erased: emptied; leaves: pseudonymous';
comment on column moderation.report.rules is 'what: which rules; of: account by reporter; for: run; kept: always; erased: emptied; leaves: pseudonymous';
comment on column moderation.report.posts is 'what: posts that are reported; of: account by reporter; for: find; kept: always; erased: emptied, link; leaves: pseudonymous';
comment on column moderation.report.is_notice is 'what: whether it says that something is illegal; of: account by reporter; for: run; kept: always; erased: emptied; leaves: pseudonymous';
comment on column moderation.report.link_digest is 'what: digest of the link by which somebody without an account follows it; of: site; for: let in; kept: always; erased: never; leaves: no';
comment on column moderation.report.made_at is 'what: when; of: account by reporter; for: prove; kept: always; erased: emptied; leaves: pseudonymous';
comment on column moderation.report.answered_at is 'what: when the reporter was told what came of it; of: account by reporter; for: tell; kept: always; erased: emptied; leaves: pseudonymous';
comment on column moderation.report.sealed is 'what: what the reporter wrote, and of somebody without an account how to reach them; of: account by reporter; for: tell; kept: 180 days after the case was closed; erased: key, emptied; leaves: sealed; key: id';
comment on column moderation.evidence.cell is 'what: cell, part of the number; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column moderation.evidence.id is 'what: number of the copy; of: author by author; for: find; kept: 180 days after the case was closed; erased: row; leaves: pseudonymous';
comment on column moderation.evidence.case_file is 'what: case that it belongs to; of: site; for: find; kept: 180 days after the case was closed; erased: row; leaves: pseudonymous';
comment on column moderation.evidence.report is 'what: report that it came with; of: site; for: find; kept: 180 days after the case was closed; erased: row; leaves: pseudonymous';
comment on column moderation.evidence.post is 'what: post that it is a copy of, 0 for the profile; of: author by author; for: find; kept: 180 days after the case was closed; erased: row; leaves: pseudonymous';
comment on column moderation.evidence.author is 'what: who wrote it; of: author by author; for: find; kept: 180 days after the case was closed; erased: row; leaves: pseudonymous';
comment on column moderation.evidence.audience is 'what: whom it was for then; of: author by author; for: decide; kept: 180 days after the case was closed; erased: row; leaves: pseudonymous';
comment on column moderation.evidence.is_reported is 'what: reported itself, or a message near one that is; of: site; for: decide; kept: 180 days after the case was closed; erased: row; leaves: pseudonymous';
comment on column moderation.evidence.sealed is 'what: what it said when it was reported; of: author by author; for: prove; kept: 180 days after the case was closed; erased: key, row; leaves: sealed; key: id';
comment on column moderation.decision.cell is 'what: cell, part of the number; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column moderation.decision.id is 'what: number of the decision; of: account by about; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.decision.case_file is 'what: case that it was made in; of: site; for: find; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.decision.about is 'what: whom it concerns; of: account by about; for: tell; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.decision.post is 'what: post that it concerns, null for the whole account; of: account by about; for: tell; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.decision.what is 'what: what was decided; of: account by about; for: tell; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.decision.ground is 'what: on what ground; of: account by about; for: tell; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.decision.is_of_notice is 'what: whether a notice led to it; of: account by about; for: tell; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.decision.decided_by is 'what: who of the crew decided; of: site; for: prove; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.decision.decided_at is 'what: when; of: account by about; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.decision.undone_by is 'what: who of the crew took it back; of: site; for: prove; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.decision.undone_at is 'what: when it was taken back; of: account by about; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.decision.sealed is 'what: statement of reasons; of: account by about; for: tell; kept: always; erased: key, link; leaves: sealed; key: id';
comment on column moderation.appeal.cell is 'what: cell, part of the number; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column moderation.appeal.id is 'what: number of the appeal; of: account by account; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.appeal.decision is 'what: decision that it is against; of: account by account; for: find; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.appeal.account is 'what: who appeals; of: account by account; for: tell; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.appeal.is_counter is 'what: whether it is a counter-notice in a matter of copyright; of: account by account; for: run; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.appeal.made_at is 'what: when; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.appeal.not_before is 'what: when what it is about may come back; of: account by account; for: run; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.appeal.state is 'what: waiting, granted or refused; of: account by account; for: tell; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.appeal.decided_by is 'what: who of the crew decided; of: site; for: prove; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.appeal.decided_at is 'what: when it was decided; of: account by account; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.appeal.sealed is 'what: what was written; of: account by account; for: tell; kept: always; erased: key, link; leaves: sealed; key: id';
comment on column moderation.appeal.sealed_answer is 'what: what was answered; of: account by account; for: tell; kept: always; erased: key, link; leaves: sealed; key: id';
comment on column moderation.look.cell is 'what: cell, part of the number; of: site; for: find; kept: always; erased: never; leaves: yes';
comment on column moderation.look.id is 'what: number of the look; of: site; for: find; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.look.case_file is 'what: case that it was in; of: site; for: prove; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.look.staff is 'what: who of the crew looked; of: site; for: prove; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.look.at is 'what: when; of: site; for: prove; kept: always; erased: never; leaves: pseudonymous';
comment on column moderation.look.posts is 'what: posts that were shown; of: author by authors; for: prove; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.look.authors is 'what: who had written them; of: author by authors; for: tell; kept: always; erased: link; leaves: pseudonymous';
comment on column moderation.look.sealed is 'what: why; of: site; for: prove; kept: always; erased: never; leaves: sealed; key: id';
comment on column moderation.block.id is 'what: number of the block; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.kind is 'what: server, domain of mail addresses, network, or mail address; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.digest is 'what: keyed digest of the name; of: site; for: decide; kept: always; erased: never; leaves: no';
comment on column moderation.block.width is 'what: how many bits of a network address count; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.level is 'what: how much is blocked; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.name is 'what: name of the server or domain, null for networks, mail addresses and after a restore; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.public_comment is 'what: why, as everybody is told; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.rejects_media is 'what: whether its files are refused; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.rejects_reports is 'what: whether its reports are refused; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.is_obfuscated is 'what: whether its name is hidden on the public list; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.made_by is 'what: who of the crew blocked it; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.made_at is 'what: when; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.expires_at is 'what: until when; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.lifted_at is 'what: when it was lifted; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column moderation.block.sealed is 'what: network, what stands for a mail address, and note of the crew; of: site; for: decide; kept: always; erased: never; leaves: sealed; key: id';
comment on column moderation.block_list.id is 'what: number of the import; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_list.name is 'what: name of the list; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_list.made_by is 'what: who of the crew brought it in; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_list.made_at is 'what: when; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_list.undone_by is 'what: who of the crew took it back; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_list.undone_at is 'what: when it was taken back; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_change.block_list is 'what: import that changed it; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_change.block is 'what: block that was changed; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_change.before is 'what: how it was, null for a new one; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column moderation.block_change.after is 'what: how it became; of: site; for: run; kept: always; erased: never; leaves: yes';

-- Sign-up (migration 0022).
comment on column accounts.credential.waits_for_crew is 'what: whether the crew has still to let it in; of: account by account; for: let in; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.must_confirm is 'what: whether its address has to be confirmed before it comes in; of: account by account; for: let in; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.came_alone is 'what: whether it came by the form, without an invitation; of: account by account; for: let in; kept: with account; erased: row; leaves: no';
comment on column signup.arrival.cell is 'what: home cell, part of the number; of: account by account; for: let in; kept: 30 days after they came; erased: row; leaves: no';
comment on column signup.arrival.account is 'what: who came; of: account by account; for: let in; kept: 30 days after they came; erased: row; leaves: no';
comment on column signup.arrival.at is 'what: when; of: account by account; for: let in; kept: 30 days after they came; erased: row; leaves: no';
comment on column signup.arrival.network is 'what: keyed digest of the network they came from; of: account by account; for: let in; kept: 30 days after they came; erased: row; leaves: no';
comment on column signup.arrival.invite is 'what: digest of the invitation they came by; of: account by account; for: let in; kept: 30 days after they came; erased: row; leaves: no';
comment on column signup.arrival.undone_at is 'what: when the crew took it back, as one of a wave; of: account by account; for: let in; kept: 30 days after they came; erased: row; leaves: no';
comment on column signup.arrival.let_in_at is 'what: when the crew let them in; of: account by account; for: let in; kept: 30 days after they came; erased: row; leaves: no';
comment on column signup.arrival.wave is 'what: the change for which the crew gathered them, as one of a wave; of: account by account; for: let in; kept: 30 days after they came; erased: row; leaves: no';
comment on column signup.arrival.sealed_answers is 'what: what they answered to the question of the crew; of: account by account; for: let in; kept: 30 days after they came; erased: key, row; leaves: sealed; key: account';
comment on column signup.gate.is_one is 'what: there is one row; of: site; for: let in; kept: until the crew opens it; erased: never; leaves: no';
comment on column signup.gate.shut_at is 'what: when nobody more was taken; of: site; for: let in; kept: until the crew opens it; erased: never; leaves: no';
comment on column signup.gate.since_at is 'what: when the wave began; of: site; for: let in; kept: until the crew opens it; erased: never; leaves: no';
comment on column signup.gate.why is 'what: why; of: site; for: let in; kept: until the crew opens it; erased: never; leaves: no';
comment on column ops.attendance.is_one is 'what: nothing, there is one row; of: site; for: run; kept: always; erased: never; leaves: yes';
comment on column ops.attendance.mode is 'what: how careful the site is, because nobody answers; of: site; for: decide; kept: always; erased: never; leaves: yes';
comment on column ops.attendance.since is 'what: since when; of: site; for: show; kept: always; erased: never; leaves: yes';
comment on column ops.attendance.oldest_at is 'what: since when the oldest pressing thing waits; of: site; for: show; kept: always; erased: never; leaves: yes';

-- Disk (migration 0024).
comment on column ops.disk_sample.at is 'what: when it was measured; of: site; for: run; kept: 90 days after it was measured; erased: row; leaves: no';
comment on column ops.disk_sample.place is 'what: which part of the disk; of: site; for: run; kept: 90 days after it was measured; erased: row; leaves: no';
comment on column ops.disk_sample.bytes is 'what: how large it was; of: site; for: run; kept: 90 days after it was measured; erased: row; leaves: no';

-- drafts
comment on column drafts.draft.cell is 'what: home cell of the author, part of the id; of: account by account; for: find; kept: with object; erased: row; leaves: pseudonymous';
comment on column drafts.draft.id is 'what: number of the draft, says when it was begun; of: account by account; for: find; kept: with object; erased: row; leaves: pseudonymous';
comment on column drafts.draft.account is 'what: whose draft it is; of: account by account; for: find; kept: with object; erased: row; leaves: pseudonymous';
comment on column drafts.draft.due_at is 'what: when it is to be published, null for a draft; of: account by account; for: remember; kept: with object; erased: row; leaves: pseudonymous';
comment on column drafts.draft.app is 'what: app that it was written with; of: account by account; for: show; kept: with object; erased: row; leaves: pseudonymous';
comment on column drafts.draft.media is 'what: files that it holds; of: account by account; for: remember; kept: with object; erased: row; leaves: pseudonymous';
comment on column drafts.draft.once is 'what: digest of an idempotency key; of: account by account; for: run; kept: with object; erased: row; leaves: pseudonymous';
comment on column drafts.draft.changed_at is 'what: when it was last changed; of: account by account; for: show; kept: with object; erased: row; leaves: pseudonymous';
comment on column drafts.draft.sealed is 'what: what it will say, and why it was refused; of: account by account; for: remember; kept: with object; erased: key; leaves: sealed; key: id';

-- Media (migration 0030).
comment on column media.upload.cell is 'what: home cell, part of the number; of: account by account; for: find; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.id is 'what: number of the upload, says when it came; of: account by account; for: find; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.account is 'what: whose it is; of: account by account; for: decide; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.use is 'what: what shows it: a post, an avatar, a header, an emoji or nothing; of: account by account; for: decide; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.target is 'what: number of the post or account that shows it; of: account by account; for: decide; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.purpose is 'what: what it was sent for; of: account by account; for: run; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.state is 'what: coming, waiting, ready, refused or held back; of: account by account; for: run; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.kind is 'what: picture, moving picture, video or sound; of: account by account; for: show; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.why is 'what: why it was refused, one word; of: account by account; for: tell; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.bytes is 'what: how large it was; of: account by account; for: run; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.taken is 'what: how much of it is here, while it comes; of: account by account; for: run; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.upload.sealed is 'what: description, focus, size in pixels and seconds; of: account by account; for: show; kept: 1 day after it came, while nothing shows it; erased: key, row; leaves: sealed; key: id';
comment on column media.upload.at is 'what: when it came; of: account by account; for: run; kept: 1 day after it came, while nothing shows it; erased: row; leaves: no';
comment on column media.file.id is 'what: number of the file, has its key in the keyring; of: nobody; for: find; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.file.digest is 'what: keyed digest of its bytes, part of its name; of: nobody; for: find; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.file.bytes is 'what: how large it is; of: nobody; for: run; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.file.at is 'what: when it was made; of: nobody; for: run; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.rendition.cell is 'what: home cell of the upload; of: account by account; for: find; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.rendition.upload is 'what: upload that it is of; of: account by account; for: find; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.rendition.name is 'what: whole or small; of: account by account; for: show; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.rendition.account is 'what: whose it is; of: account by account; for: find; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.rendition.file is 'what: file with its bytes; of: account by account; for: find; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.rendition.type is 'what: kind of file; of: account by account; for: show; kept: until nothing shows it; erased: row; leaves: no';
comment on column media.emoji.name is 'what: short name; of: site; for: show; kept: until the crew removes it; erased: never; leaves: yes';
comment on column media.emoji.upload is 'what: its picture; of: site; for: show; kept: until the crew removes it; erased: never; leaves: yes';
comment on column media.emoji.category is 'what: group it is listed in; of: site; for: show; kept: until the crew removes it; erased: never; leaves: yes';
comment on column media.emoji.is_off is 'what: whether it may no longer be used; of: site; for: show; kept: until the crew removes it; erased: never; leaves: yes';
comment on column media.emoji.moves is 'what: whether it is animated; of: site; for: show; kept: until the crew removes it; erased: never; leaves: yes';
comment on column media.emoji.at is 'what: when it came; of: site; for: run; kept: until the crew removes it; erased: never; leaves: yes';
comment on column media.known.digest is 'what: keyed digest of a file that nobody may have; of: site; for: decide; kept: always; erased: never; leaves: no';
comment on column media.known.list is 'what: list that names it; of: site; for: decide; kept: always; erased: never; leaves: no';
comment on column media.known.at is 'what: since when; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column push.subscription.cell is 'what: home cell, part of the number; of: account by account; for: find; kept: with account; erased: row; leaves: no';
comment on column push.subscription.account is 'what: whose app it is; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column push.subscription.token is 'what: number of the token that the app holds; of: account by account; for: tell; kept: with account; erased: row; leaves: no';
comment on column push.subscription.alerts is 'what: what the app wants to hear of; of: account by account; for: decide; kept: with account; erased: row; leaves: no';
comment on column push.subscription.policy is 'what: of whom it wants to hear; of: account by account; for: decide; kept: with account; erased: row; leaves: no';
comment on column push.subscription.made_at is 'what: when it was asked for; of: account by account; for: run; kept: with account; erased: row; leaves: no';
comment on column push.subscription.sealed_way is 'what: address at a service that carries messages to the app, and the key of the app that they are sealed for; of: account by account; for: tell; kept: with account; erased: key, row; leaves: sealed; key: account';
comment on column ops.resting_host.domain is 'what: keyed digest of the name of a stranger''s host; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column ops.resting_host.failures is 'what: how often in a row it failed; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column ops.resting_host.open_until is 'what: until when it is let rest; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column ops.resting_host.code is 'what: how it failed last; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';
comment on column ops.resting_host.said_at is 'what: when; of: site; for: run; kept: 30 days after it said so; erased: never; leaves: no';

comment on column cards.card.id is 'what: number of the card; of: site; for: find; kept: with post; erased: row; leaves: no';
comment on column cards.card.digest is 'what: keyed digest of the address; of: site; for: find; kept: with post; erased: row; leaves: no';
comment on column cards.card.state is 'what: whether it waits, is there, or there is none; of: site; for: run; kept: with post; erased: row; leaves: no';
comment on column cards.card.tries is 'what: how often fetching it failed; of: site; for: run; kept: with post; erased: row; leaves: no';
comment on column cards.card.fetched_at is 'what: when the page was asked; of: site; for: run; kept: with post; erased: row; leaves: no';
comment on column cards.card.expires_at is 'what: from when on the page is asked anew; of: site; for: run; kept: with post; erased: row; leaves: no';
comment on column cards.card.sealed_card is 'what: the address, and what its page says of itself; of: site; for: show; kept: with post; erased: row; leaves: sealed; key: secret cards';
comment on column cards.link.cell is 'what: home cell of the author, part of the id; of: author of posts.post by post; for: find; kept: with post; erased: row; leaves: no';
comment on column cards.link.post is 'what: which post; of: author of posts.post by post; for: find; kept: with post; erased: row; leaves: no';
comment on column cards.link.card is 'what: the card of its first link; of: author of posts.post by post; for: show; kept: with post; erased: row; leaves: no';
-- polls
comment on column posts.poll.cell is 'what: home cell of the author, part of the id; of: author of posts.post by id; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.poll.id is 'what: post that it stands in; of: author of posts.post by id; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.poll.is_multiple is 'what: whether one may vote for several; of: author of posts.post by id; for: show; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.poll.hides_totals is 'what: whether counts are hidden until it ends; of: author of posts.post by id; for: show; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.poll.expires_at is 'what: when it ends; of: author of posts.post by id; for: show; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.poll.told_at is 'what: when people were told that it ended; of: author of posts.post by id; for: run; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.poll.voters is 'what: how many voted; of: author of posts.post by id; for: count; kept: with post; erased: rebuilt; leaves: pseudonymous';
comment on column posts.poll.tallies is 'what: how many votes each option has, without who; of: author of posts.post by id; for: count; kept: with post; erased: rebuilt; leaves: pseudonymous';
comment on column posts.vote.cell is 'what: home cell of the post; of: account by account; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.vote.post is 'what: post with the poll; of: account by account; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.vote.account is 'what: who voted; of: account by account; for: find; kept: with post; erased: row; leaves: pseudonymous';
comment on column posts.vote.choices is 'what: for which options, for their own eyes; of: account by account; for: remember; kept: with post; erased: row; leaves: pseudonymous';

-- Discovery (migration 0040).
comment on column discovery.tag_day.tag is 'what: keyed hash of a tag of public posts; of: nobody; for: count; kept: 7 days after that day; erased: rebuilt; leaves: no';
comment on column discovery.tag_day.day is 'what: which day; of: nobody; for: count; kept: 7 days after that day; erased: rebuilt; leaves: no';
comment on column discovery.tag_day.uses is 'what: how many public posts had it; of: nobody; for: count; kept: 7 days after that day; erased: rebuilt; leaves: no';
comment on column discovery.tag_day.accounts is 'what: by how many accounts; of: nobody; for: count; kept: 7 days after that day; erased: rebuilt; leaves: no';
comment on column discovery.tag_trend.tag is 'what: keyed hash of a tag that is used more than usual; of: nobody; for: show; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.tag_trend.score is 'what: how much more; of: nobody; for: show; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.tag_trend.accounts is 'what: written by releases before 0044 only, until the contract step; of: nobody; for: show; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.tag_trend.samples is 'what: some public posts with it, to ask the law for; of: nobody; for: decide; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.post_trend.post is 'what: a public post that somebody liked or boosted; of: author by author; for: show; kept: 3 days after it was written; erased: row, rebuilt; leaves: no';
comment on column discovery.post_trend.author is 'what: who wrote it; of: author by author; for: decide; kept: 3 days after it was written; erased: row, rebuilt; leaves: no';
comment on column discovery.post_trend.score is 'what: how much it is liked and boosted; of: author by author; for: show; kept: 3 days after it was written; erased: row, rebuilt; leaves: no';
comment on column discovery.post_trend.accounts is 'what: written by releases before 0044 only, until the contract step; of: author by author; for: show; kept: 3 days after it was written; erased: row, rebuilt; leaves: no';
comment on column discovery.link_day.link is 'what: number of an address in public posts; of: nobody; for: count; kept: 7 days after that day; erased: rebuilt; leaves: no';
comment on column discovery.link_day.day is 'what: which day; of: nobody; for: count; kept: 7 days after that day; erased: rebuilt; leaves: no';
comment on column discovery.link_day.uses is 'what: how many public posts had it; of: nobody; for: count; kept: 7 days after that day; erased: rebuilt; leaves: no';
comment on column discovery.link_day.accounts is 'what: by how many accounts; of: nobody; for: count; kept: 7 days after that day; erased: rebuilt; leaves: no';
comment on column discovery.link_trend.link is 'what: number of an address that more people post than usual; of: nobody; for: show; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.link_trend.card is 'what: the card of it; of: nobody; for: show; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.link_trend.publisher is 'what: number of the host of it; of: nobody; for: decide; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.link_trend.score is 'what: how much more; of: nobody; for: show; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.link_trend.accounts is 'what: written by releases before 0044 only, until the contract step; of: nobody; for: show; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.link_trend.samples is 'what: some public posts with it, to ask the law for; of: nobody; for: decide; kept: until it is counted again; erased: rebuilt; leaves: no';
comment on column discovery.week.week is 'what: which week; of: nobody; for: count; kept: 84 days after that week began; erased: rebuilt; leaves: no';
comment on column discovery.week.posts is 'what: how many posts that anybody may see were written; of: nobody; for: count; kept: 84 days after that week began; erased: rebuilt; leaves: no';
comment on column discovery.week.sign_ins is 'what: how many accounts signed in; of: nobody; for: count; kept: 84 days after that week began; erased: rebuilt; leaves: no';
comment on column discovery.week.joined is 'what: how many accounts came; of: nobody; for: count; kept: 84 days after that week began; erased: rebuilt; leaves: no';
comment on column discovery.week.counted_at is 'what: when it was counted; of: nobody; for: run; kept: 84 days after that week began; erased: rebuilt; leaves: no';
comment on column discovery.dismissed.cell is 'what: home cell of the member; of: account by account; for: find; kept: with account; erased: row; leaves: pseudonymous';
comment on column discovery.dismissed.account is 'what: who wants somebody not proposed any more; of: account by account; for: decide; kept: with account; erased: row; leaves: pseudonymous';
comment on column discovery.dismissed.other is 'what: whom; of: account by account; for: decide; kept: with account; erased: row; leaves: pseudonymous';
comment on column discovery.dismissed.at is 'what: since when; of: account by account; for: show; kept: with account; erased: row; leaves: pseudonymous';
comment on column discovery.review.kind is 'what: a tag (1), a post (2), a link (3) or a publisher (4), of which only a post is somebody''s; of: author by author; for: decide; kept: with post; erased: row; leaves: no';
comment on column discovery.review.thing is 'what: which tag, link or host, by its keyed hash, or which post; of: author by author; for: decide; kept: with post; erased: row; leaves: no';
comment on column discovery.review.is_approved is 'what: whether it may be proposed, as the crew said; of: author by author; for: decide; kept: with post; erased: row; leaves: no';
comment on column discovery.review.author is 'what: who wrote the post, null of a tag, link or publisher, of which a row is of nobody and stays; of: author by author; for: decide; kept: with post; erased: row; leaves: no';
comment on column discovery.review.at is 'what: when it was said; of: author by author; for: run; kept: with post; erased: row; leaves: no';

-- Search (migration 0038).
comment on column search.build.format is 'what: how that index was written; of: site; for: run; kept: always; erased: never; leaves: no';

-- Speed (migration 0048).
comment on column ops.field_measure.day is 'what: day on which this was counted; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.field_measure.release is 'what: release of the program that the page came from; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.field_measure.page is 'what: kind of page, of a short list; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.field_measure.measure is 'what: which kind of number; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.field_measure.cell is 'what: one of 16, drawn anew by each session; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.field_measure.counts is 'what: how many numbers fell into each step of a logarithmic scale; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.answer_time.day is 'what: day on which this was counted; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.answer_time.release is 'what: release of the program that answered; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.answer_time.endpoint is 'what: pattern of the address, without what stands in its places; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';
comment on column ops.answer_time.counts is 'what: how many answers fell into each step of a logarithmic scale; of: site; for: run; kept: 90 days after they were counted; erased: row; leaves: no';

-- Speed compared (migration 0050).
comment on column ops.speed_change.release is 'what: release that runs; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.page is 'what: kind of page, of a short list; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.measure is 'what: which kind of number; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.before is 'what: release that it is compared with; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.counted is 'what: how many numbers of this release there are; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.was is 'what: what three quarters of the numbers were within, in the release before; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.is_now is 'what: the same in this release; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.weight is 'what: how many times what chance does the difference is; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.since is 'what: when it was first found slower; of: site; for: run; kept: until another release runs; erased: row; leaves: no';
comment on column ops.speed_change.said is 'what: that in a sentence; of: site; for: run; kept: until another release runs; erased: row; leaves: no';

-- Entrances: more than a password, and how pages look.
comment on column accounts.token.used_on is 'what: the day it was last used, no more; of: account by account; for: let in; kept: 30 days after it ended; erased: row; leaves: no';
comment on column accounts.token.sealed_device is 'what: kind of browser and of device, such as Firefox on Android; of: account by account; for: let in; kept: 30 days after it ended; erased: key; leaves: no; key: account';

comment on column accounts.code_app.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: until it is taken off; erased: row; leaves: no';
comment on column accounts.code_app.account is 'what: who shows a code after the password; of: account by account; for: let in; kept: until it is taken off; erased: row; leaves: no';
comment on column accounts.code_app.sealed_secret is 'what: what the codes are made from; of: account by account; for: let in; kept: until it is taken off; erased: key; leaves: no; key: account';
comment on column accounts.code_app.last_step is 'what: half minute of the code taken last, which is taken once; of: account by account; for: let in; kept: until it is taken off; erased: row; leaves: no';
comment on column accounts.code_app.made_at is 'what: since when codes are asked for; of: account by account; for: let in; kept: until it is taken off; erased: row; leaves: no';

comment on column accounts.recovery_code.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: until others are made; erased: row; leaves: no';
comment on column accounts.recovery_code.account is 'what: whose codes for the loss of a device these are; of: account by account; for: let in; kept: until others are made; erased: row; leaves: no';
comment on column accounts.recovery_code.place is 'what: which of the ten; of: account by account; for: find; kept: until others are made; erased: row; leaves: no';
comment on column accounts.recovery_code.digest is 'what: keyed digest of the code; of: account by account; for: let in; kept: until others are made; erased: row; leaves: no';
comment on column accounts.recovery_code.used_at is 'what: when it was used up; of: account by account; for: let in; kept: until others are made; erased: row; leaves: no';

comment on column accounts.passkey.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: until it is removed; erased: row; leaves: no';
comment on column accounts.passkey.account is 'what: whom the key lets in; of: account by account; for: let in; kept: until it is removed; erased: row; leaves: no';
comment on column accounts.passkey.id is 'what: number by which its holder removes it; of: account by account; for: find; kept: until it is removed; erased: row; leaves: no';
comment on column accounts.passkey.credential is 'what: name that the device gave the key; of: account by account; for: let in; kept: until it is removed; erased: row; leaves: no';
comment on column accounts.passkey.public_key is 'what: public half, by which its answers are checked; of: account by account; for: let in; kept: until it is removed; erased: row; leaves: no';
comment on column accounts.passkey.uses is 'what: how often it was used, as the device counts; of: account by account; for: let in; kept: until it is removed; erased: row; leaves: no';
comment on column accounts.passkey.sealed_name is 'what: what its holder calls it; of: account by account; for: remember; kept: until it is removed; erased: key; leaves: no; key: account';
comment on column accounts.passkey.made_at is 'what: since when it lets in; of: account by account; for: let in; kept: until it is removed; erased: row; leaves: no';
comment on column accounts.passkey.used_on is 'what: the day it was last used, no more; of: account by account; for: let in; kept: until it is removed; erased: row; leaves: no';

comment on column accounts.used_challenge.digest is 'what: digest of a challenge that was answered; of: site; for: let in; kept: until it would be too old; erased: row; leaves: no';
comment on column accounts.used_challenge.expires_at is 'what: when that would be too old anyway; of: site; for: let in; kept: until it would be too old; erased: row; leaves: no';

comment on column accounts.credential.theme is 'what: colours of the pages: light, dark or with high contrast, null for what the device has; of: account by account; for: remember; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.text_size is 'what: size of the letters on pages; of: account by account; for: remember; kept: with account; erased: row; leaves: no';
comment on column accounts.credential.is_calm is 'what: whether nothing on the pages moves; of: account by account; for: remember; kept: with account; erased: row; leaves: no';

-- Lists that wait to be brought in.
comment on column archives.waiting.cell is 'what: home cell, part of the id; of: account by account; for: find; kept: 7 days after it was sent; erased: row; leaves: no';
comment on column archives.waiting.account is 'what: who brought it; of: account by account; for: find; kept: 7 days after it was sent; erased: row; leaves: no';
comment on column archives.waiting.id is 'what: number of the list; of: account by account; for: find; kept: 7 days after it was sent; erased: row; leaves: no';
comment on column archives.waiting.kind is 'what: whether follows, blocks, mutes, servers, bookmarks or lists; of: account by account; for: run; kept: 7 days after it was sent; erased: row; leaves: no';
comment on column archives.waiting.sealed_file is 'what: the file as it was sent; of: account by account; for: run; kept: 7 days after it was sent; erased: key; leaves: no; key: account';
comment on column archives.waiting.made_at is 'what: when it was sent; of: account by account; for: run; kept: 7 days after it was sent; erased: row; leaves: no';
comment on column archives.waiting.begun_at is 'what: when its owner said yes; of: account by account; for: run; kept: 7 days after it was sent; erased: row; leaves: no';

comment on column ops.change.id is 'what: number of the change; of: site; for: find; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.cell is 'what: cell of its number; of: site; for: find; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.kind is 'what: what sort of thing is changed; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.what is 'what: which thing, and to what; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.inverse is 'what: what undoes it; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.plan is 'what: digest of the plan, to which an approval is bound; of: site; for: prove; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.risk is 'what: how much can go wrong, 0 to 3; of: site; for: decide; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.visiting is 'what: cells in the order drawn for it; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.reach is 'what: how many of them have it; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.state is 'what: how far it is; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.reason is 'what: why, as whoever planned it says; of: site; for: show; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.why is 'what: why it is as it is; of: site; for: show; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.turn is 'what: how often it has gone on, so that nobody acts on an older state; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.evidence is 'what: what was counted for and against it; of: site; for: decide; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.needs is 'what: the change that it builds on; of: site; for: decide; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.made_at is 'what: when it was planned; of: site; for: show; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.wave_at is 'what: when it last reached further cells; of: site; for: decide; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.confirm_by is 'what: when it is undone unless it has arrived; of: site; for: decide; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.change.ended_at is 'what: when it ended; of: site; for: show; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.exposure.change is 'what: which change; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.exposure.cell is 'what: a cell that had it; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.exposure.since is 'what: from when; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.exposure.until is 'what: until when; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.series.id is 'what: number of the series; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.series.name is 'what: what is measured; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.series.target is 'what: of which of several things, by our own names; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.look.grain is 'what: seconds that the row stands for; of: site; for: run; kept: 40 days after it was measured; erased: row; leaves: no';
comment on column ops.look.at is 'what: when this was measured; of: site; for: run; kept: 40 days after it was measured; erased: row; leaves: no';
comment on column ops.look.numbers is 'what: numbers of the site as a whole, and of its machine; of: site; for: run; kept: 40 days after it was measured; erased: row; leaves: no';
comment on column ops.look.most is 'what: the largest of them within that time; of: site; for: run; kept: 40 days after it was measured; erased: row; leaves: no';
comment on column ops.drift.series is 'what: which series grows; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.hour is 'what: at which hour of the day; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.found_at is 'what: when that was found; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.days is 'what: over how many days; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.first is 'what: what it was on the first; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.last is 'what: what it is today; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.per_day is 'what: by how much a day; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.objective is 'what: beyond which number it hurts; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.left_days is 'what: in how many days that is; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.drift.said is 'what: the same as a sentence; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.incident.id is 'what: number of the incident; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.opened_at is 'what: when it was opened; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.began_at is 'what: when what it is about began; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.root is 'what: component that lies deepest of those that fail; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.severity is 'what: how many it hurts, 1 to 4; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.alerts is 'what: numbers of the alerts that it explains; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.quiet_at is 'what: since when none of them stands; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.taken_at is 'what: since when somebody is on it; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.joined is 'what: incident with the same cause, of which it became a part; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.ended_at is 'what: when it ended; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.why is 'what: how it ended; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident.taken_by is 'what: who of the crew is on it, by the name they use here; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident_note.id is 'what: number of the note; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident_note.incident is 'what: which incident; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident_note.at is 'what: when; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident_note.who is 'what: who of the crew, by the name they use here; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.incident_note.said is 'what: what they said of it; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.page.id is 'what: number of the call; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.page.incident is 'what: about which incident; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.page.step is 'what: the how manieth time; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.page.who is 'what: name of the owner who was called; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.page.way is 'what: by which way, without the address; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.page.at is 'what: when; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.page.taken_at is 'what: when the address took it; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.page.why is 'what: why it did not; of: site; for: run; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.board.is_one is 'what: there is one row; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.board.at is 'what: when this was put together; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.board.board is 'what: state of the site as its console shows it; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.flag_account.flag is 'what: which flag somebody has of their own; of: account by account; for: run; kept: 1 day after the day that was said; erased: row; leaves: pseudonymous';
comment on column ops.flag_account.account is 'what: whose; of: account by account; for: run; kept: 1 day after the day that was said; erased: row; leaves: pseudonymous';
comment on column ops.flag_account.is_on is 'what: whether they have it; of: account by account; for: run; kept: 1 day after the day that was said; erased: row; leaves: pseudonymous';
comment on column ops.flag_account.until is 'what: until when; of: account by account; for: run; kept: 1 day after the day that was said; erased: row; leaves: pseudonymous';
comment on column ops.flag_account.change is 'what: by which change; of: account by account; for: run; kept: 1 day after the day that was said; erased: row; leaves: pseudonymous';
comment on column ops.flag.name is 'what: which flag; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.flag.is_on is 'what: whether everybody has it; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.flag.percent is 'what: share of accounts that has the other; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.flag.becomes is 'what: what a change under way makes of it; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.flag.becomes_percent is 'what: and the share; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.flag.change is 'what: the change under way; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.flag.cells is 'what: cells that it has reached; of: site; for: run; kept: always; erased: never; leaves: no';
comment on column ops.release.is_one is 'what: always true, so that there is one row; of: site; for: run; kept: until the change is over; erased: row; leaves: no';
comment on column ops.release.change is 'what: number of the change; of: site; for: run; kept: until the change is over; erased: row; leaves: no';
comment on column ops.release.name is 'what: which release serves beside the other; of: site; for: run; kept: until the change is over; erased: row; leaves: no';
comment on column ops.release.build is 'what: digest of its sources; of: site; for: run; kept: until the change is over; erased: row; leaves: no';
comment on column ops.release.cells is 'what: whose members it answers; of: site; for: run; kept: until the change is over; erased: row; leaves: no';
comment on column ops.release.state is 'what: how far it is; of: site; for: run; kept: until the change is over; erased: row; leaves: no';
comment on column ops.release.why is 'what: what it waits for, or what was wrong; of: site; for: run; kept: until the change is over; erased: row; leaves: no';
comment on column ops.release.since is 'what: since when it is so far; of: site; for: run; kept: until the change is over; erased: row; leaves: no';
comment on column ops.freeze.id is 'what: number; of: site; for: find; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.freeze.since is 'what: since when all changes were frozen; of: site; for: show; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.freeze.until is 'what: until when; of: site; for: show; kept: 400 days after it ended; erased: row; leaves: no';
comment on column ops.freeze.why is 'what: why, as whoever froze them says; of: site; for: show; kept: 400 days after it ended; erased: row; leaves: no';
