// A day of a member's life with masto.js, as an app that is built on it would spend it.
//
//     node day.mjs ADDRESS PICTURE PASSWORD
//
// Says `open: URL` where the member's browser has to, and reads the code that it shows; says `did: STEP` after each.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";

import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

const [, , url, picture, password] = process.argv;
const OOB = "urn:ietf:wg:oauth:2.0:oob";
const SCOPES = "read write follow push";
const oauth = createOAuthAPIClient({ url });
const did = (step) => console.log(`did: ${step}`);
const numbers = (found) => found.map((one) => one.id);

/** What `look` finds once it finds something; what follows the journal shows a moment later. */
async function until(look, withinMs = 20_000) {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `still ${found} after ${withinMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function refused(status, work) {
  await assert.rejects(work, (error) => error.statusCode === status);
}

async function anApp() {
  const app = await createRestAPIClient({ url }).v1.apps.create({
    clientName: "Day", redirectUris: OOB, scopes: SCOPES, website: "https://example.com",
  });
  const client = { clientId: app.clientId, clientSecret: app.clientSecret, redirectUri: OOB, scope: SCOPES };
  const token = await oauth.token.create({ grantType: "client_credentials", ...client });
  return { client, rest: createRestAPIClient({ url, accessToken: token.accessToken }) };
}

async function signUp(app, username) {
  const token = await app.rest.v1.accounts.create({
    username, password, email: `${username}@example.com`, agreement: true, locale: "en",
  });
  return createRestAPIClient({ url, accessToken: token.accessToken });
}

async function logIn(app) {
  const asked = new URLSearchParams({
    client_id: app.client.clientId, redirect_uri: OOB, response_type: "code", scope: SCOPES,
  });
  console.log(`open: ${url}/oauth/authorize?${asked}`);
  const lines = createInterface({ input: process.stdin });
  const [code] = await new Promise((resolve) => lines.once("line", (line) => resolve([line.trim()])));
  lines.close();
  return oauth.token.create({ grantType: "authorization_code", code, ...app.client });
}

/** Keeps what comes on a stream. */
function heardOn(subscription) {
  const events = [];
  const done = (async () => {
    for await (const event of subscription) events.push(event);
  })();
  return { of: (name) => events.filter((one) => one.event === name), done };
}

const app = await anApp();
await signUp(app, "ida");
const jon = await signUp(app, "jon");
await refused(422, () => signUp(app, "jon"));
did("sign up");

const token = await logIn(app);
const ida = createRestAPIClient({ url, accessToken: token.accessToken });
assert.equal((await ida.v1.accounts.verifyCredentials()).acct, "ida");
assert.equal((await ida.v1.apps.verifyCredentials()).name, "Day");
did("log in");

const bytes = await readFile(picture);
const file = new Blob([bytes], { type: "image/jpeg" });
const me = await ida.v1.accounts.updateCredentials({
  displayName: "Ida", note: "Looks at #terns.", avatar: file, fieldsAttributes: [{ name: "place", value: "the pier" }],
});
assert.deepEqual([me.displayName, me.source.note, me.fields[0].name], ["Ida", "Looks at #terns.", "place"]);
assert.match(me.avatar, /\/media\//);
assert.equal((await ida.v1.profile.update({ note: "Looks at #terns all day." })).note.includes("all day"), true);
const served = await fetch(me.avatar);
assert.deepEqual([served.status, served.headers.get("content-type").slice(0, 6)], [200, "image/"]);
did("profile");

const friend = await ida.v1.accounts.lookup({ acct: "jon" });
const { urls } = (await ida.v2.instance.fetch()).configuration;
const streaming = createStreamingAPIClient({ streamingApiUrl: urls.streaming, accessToken: token.accessToken });
await streaming.prepare();
const home = heardOn(streaming.user.subscribe());
const tagged = heardOn(streaming.hashtag.subscribe({ tag: "terns" }));

assert.equal((await ida.v1.accounts.$select(friend.id).follow({ notify: true })).following, true);
await jon.v1.accounts.$select(me.id).follow();
const [relation] = await ida.v1.accounts.relationships.fetch({ id: [friend.id] });
assert.deepEqual([relation.following, relation.notifying], [true, true]);
assert.deepEqual(numbers(await ida.v1.accounts.$select(me.id).following.list()), [friend.id]);
did("follow");

// The library asks for a file after a second at the earliest: the poll is held meanwhile.
const uploading = ida.v2.media.create({ file, description: "Terns in a row", focus: "0.5,-0.5" });
const asked = await ida.v1.statuses.create({
  status: "How many #terns?", poll: { options: ["six", "seven"], expiresIn: 3600 },
});
await refused(422, () => ida.v1.polls.$select(asked.poll.id).votes.create({ choices: [0] }));
const voted = await jon.v1.polls.$select(asked.poll.id).votes.create({ choices: [1] });
assert.deepEqual([voted.voted, voted.ownVotes, voted.options[1].votesCount], [true, [1], 1]);
assert.equal((await ida.v1.polls.$select(asked.poll.id).fetch()).votersCount, 1);
did("post with poll");

const upload = await uploading;
assert.deepEqual([upload.type, upload.description, upload.meta.focus.x], ["image", "Terns in a row", 0.5]);
const post = await ida.v1.statuses.create({ status: "Seven #terns on the mole", mediaIds: [upload.id], language: "en" });
assert.deepEqual([post.mediaAttachments[0].id, post.tags[0].name], [upload.id, "terns"]);
assert.deepEqual(new Uint8Array(await (await fetch(post.mediaAttachments[0].url)).arrayBuffer()).length > 100, true);
did("post with picture");

const answer = await jon.v1.statuses.create({ status: "@ida and an auk", inReplyToId: post.id, visibility: "unlisted" });
const thread = await ida.v1.statuses.$select(answer.id).context.fetch();
assert.deepEqual([numbers(thread.ancestors), answer.mentions[0].acct], [[post.id], "ida"]);
did("reply");

assert.equal((await jon.v1.statuses.$select(post.id).favourite()).favourited, true);
assert.equal((await jon.v1.statuses.$select(post.id).reblog()).reblog.id, post.id);
await until(async () => numbers(await ida.v1.statuses.$select(post.id).rebloggedBy.list())[0] === friend.id);
assert.equal((await ida.v1.statuses.$select(post.id).bookmark()).bookmarked, true);
assert.equal((await ida.v1.statuses.$select(post.id).pin()).pinned, true);
assert.deepEqual(numbers(await ida.v1.accounts.$select(me.id).statuses.list({ pinned: true })), [post.id]);
did("boost");

const quote = await jon.v1.statuses.create({ status: "What Ida saw", quotedStatusId: post.id });
assert.deepEqual([quote.quote.state, quote.quote.quotedStatus.id], ["accepted", post.id]);
assert.deepEqual(numbers(await ida.v1.statuses.$select(post.id).quotes.list()), [quote.id]);
did("quote");

const edited = await ida.v1.statuses.$select(post.id).update({
  status: "Eight #terns on the mole", mediaIds: [upload.id],
  mediaAttributes: [{ id: upload.id, description: "Terns in a longer row" }],
});
assert.deepEqual([edited.mediaAttachments[0].description, edited.editedAt > post.createdAt],
  ["Terns in a longer row", true]);
assert.equal((await ida.v1.statuses.$select(post.id).source.fetch()).text, "Eight #terns on the mole");
assert.equal((await jon.v1.statuses.$select(post.id).history.list()).length, 2);
did("edit");

const sieve = await ida.v2.filters.create({
  title: "No auks", context: ["home", "notifications", "thread"], filterAction: "warn",
  keywordsAttributes: [{ keyword: "auk", wholeWord: true }],
});
const [filtered] = await until(async () => {
  const shown = await ida.v1.statuses.$select(post.id).context.fetch();
  const { filtered } = shown.descendants.find((one) => one.id === answer.id);
  return filtered.length > 0 && filtered;
});
assert.deepEqual([filtered.filter.title, filtered.keywordMatches], ["No auks", ["auk"]]);
await ida.v2.filters.$select(sieve.id).keywords.create({ keyword: "puffin" });
assert.equal((await ida.v2.filters.$select(sieve.id).fetch()).keywords.length, 2);
await ida.v2.filters.$select(sieve.id).remove();
did("filter");

const list = await ida.v1.lists.create({ title: "Friends", exclusive: false });
await ida.v1.lists.$select(list.id).accounts.create({ accountIds: [friend.id] });
await until(async () => numbers(await ida.v1.timelines.list.$select(list.id).list()).includes(quote.id));
await ida.v1.lists.$select(list.id).update({ title: "Good friends" });
assert.deepEqual((await ida.v1.lists.list()).map((one) => one.title), ["Good friends"]);
did("list");

await until(async () => numbers((await ida.v2.search.list({ q: "jon", type: "accounts" })).accounts)[0] === friend.id);
await until(async () => (await ida.v2.search.list({ q: "terns" })).hashtags.some((tag) => tag.name === "terns"));
assert.deepEqual(numbers(await ida.v1.accounts.search.list({ q: "jon", following: true })), [friend.id]);
did("search");

const kinds = (all) => all.notificationGroups.map((group) => group.type);
const groups = await until(async () => {
  const all = await ida.v2.notifications.list({ expandAccounts: "partial_avatars" });
  const wanted = ["follow", "mention", "favourite", "reblog", "quote"];
  return wanted.every((kind) => kinds(all).includes(kind)) && all;
});
const liked = groups.notificationGroups.find((group) => group.type === "favourite");
assert.deepEqual([liked.statusId, liked.sampleAccountIds, liked.notificationsCount], [post.id, [friend.id], 1]);
assert.deepEqual(numbers(await ida.v2.notifications.$select(liked.groupKey).accounts.fetch()), [friend.id]);
assert.ok((await ida.v2.notifications.unreadCount.fetch()).count >= 5);
await ida.v2.notifications.$select(liked.groupKey).dismiss();
assert.ok(!kinds(await ida.v2.notifications.list()).includes("favourite"));
assert.equal((await ida.v2.notifications.policy.fetch()).forNotFollowing, "accept");
did("notifications grouped");

const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const key = publicKey.export({ format: "jwk" });
const p256dh = Buffer.concat([Buffer.from([4]), Buffer.from(key.x, "base64url"), Buffer.from(key.y, "base64url")]);
const subscription = {
  endpoint: "https://push.example.com/ida",
  keys: { p256dh: p256dh.toString("base64url"), auth: randomBytes(16).toString("base64url") },
};
const pushed = await ida.v1.push.subscription.create({ subscription, data: { alerts: { mention: true } }, policy: "all" });
assert.deepEqual([pushed.endpoint, pushed.alerts.mention], [subscription.endpoint, true]);
assert.equal((await ida.v1.push.subscription.update({ data: { alerts: { mention: false } } })).alerts.mention, false);
assert.equal((await ida.v1.push.subscription.fetch()).serverKey, pushed.serverKey);
await ida.v1.push.subscription.remove();
await refused(404, () => ida.v1.push.subscription.fetch());
did("push subscribe");

const passing = await jon.v1.statuses.create({ status: "Gone in a moment" });
await until(() => home.of("update").some((event) => event.payload.id === passing.id));
await jon.v1.statuses.$select(passing.id).remove();
await until(() => home.of("delete").some((event) => event.payload === passing.id));
assert.ok(home.of("notification").some((event) => event.payload.type === "mention"));
assert.ok(home.of("filters_changed").length > 0);
await until(() => tagged.of("status.update").some((event) => event.payload.content.includes("Eight")));
assert.deepEqual(new Set(tagged.of("update").map((event) => event.payload.id)), new Set([asked.id, post.id]));
streaming.close();
did("stream");

assert.equal((await ida.v1.statuses.$select(post.id).remove()).text, "Eight #terns on the mole");
await refused(404, () => jon.v1.statuses.$select(post.id).fetch());
assert.equal((await jon.v1.statuses.$select(quote.id).fetch()).quote.quotedStatus, null);
await oauth.revoke({ clientId: app.client.clientId, clientSecret: app.client.clientSecret, token: token.accessToken });
await refused(401, () => ida.v1.accounts.verifyCredentials());
did("delete");
process.exit();
