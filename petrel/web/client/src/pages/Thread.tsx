// A post in its conversation, as templates/post.html: what it answers above, what answers it below, nested.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { plain } from "../html";
import { t } from "../i18n";
import type { Route, Shown } from "../router";
import { here, placeOf } from "../place";
import { asksFolder, asksWhy } from "../state/folders";
import { AT_ONCE, look } from "../state/kept";
import { post } from "../state/statuses";
import { isLive } from "../state/streams";
import { load, thread, type Branch, type Thread as One } from "../state/threads";
import type { Status } from "../types";
import { Composer } from "../ui/Composer";
import { addressOf, gateOf, Post } from "../ui/Post";
import { Empty, Head, labelOf, Moment, Sorry, Waiting } from "../ui/small";
import { site } from "../site";

/** Branches that are drawn at first, and with each step further. */
const STEP = 40;
/** Streams tell neither of the end of a post that they did not bring nor of answers by people whom one does not follow
 *  (decision 0041). */
const LOOK_AGAIN_MS = 60_000;

/** Of what is being read. All of it is asked for only where something has more or fewer answers than it had. */
async function lookAgain(id: string): Promise<void> {
  const { ancestors, branches } = thread(id).peek();
  const under = (all: Branch[]): string[] => all.flatMap((one) => [one.post, ...under(one.branches)]);
  const all = [...ancestors, id, ...under(branches)];
  const at = Math.max(0, all.indexOf(here().anchor) - 4);
  const near = [...new Set([id, ...all.slice(at, at + AT_ONCE - 1)])];
  const answers = () => near.map((one) => post(one).peek()?.replies_count).join();
  const before = answers();
  if (await look(near.map((one) => post(one).peek()).filter((one): one is Status => one !== null)) && answers() !== before) await load(id);
}

function Thread({ args, entry }: Shown) {
  const id = args["post"]!;
  const around = thread(id).value;
  const one = post(id).value;
  const before = useRef(around.ancestors.length);
  const focus = useRef<HTMLDivElement>(null);
  const isBack = useRef(placeOf(entry) !== undefined);

  useEffect(() => {
    let wasAway = false;
    const stop = isLive.subscribe((up) => { wasAway ||= !up; });
    const timer = setInterval(() => {
      if (document.hidden) return;
      void (wasAway ? load(id) : lookAgain(id));
      wasAway = !isLive.peek();
    }, LOOK_AGAIN_MS);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [id]);
  // What comes in above must not push away what is being read.
  useLayoutEffect(() => {
    const came = around.ancestors.length > before.current;
    before.current = around.ancestors.length;
    if (came && !isBack.current && scrollY < 200) focus.current?.scrollIntoView({ block: "start" });
  }, [around.ancestors.length]);

  if (!one) {
    if (!around.trouble && !around.isLoaded) return <><Head title={t("thread.post")} thin /><Waiting /></>;
    if (around.trouble && around.trouble.status !== 404) return <><Head title={t("thread.post")} thin /><Sorry text={around.trouble.message} again={() => void load(id)} /></>;
    return <><Head title={t("thread.post")} thin /><Empty><p>{t("gap.gone")}</p></Empty></>;
  }
  const isTalk = around.ancestors.length > 0 || around.branches.length > 0 || one.in_reply_to_id !== null;
  return (
    <>
      <Head title={t(isTalk ? "thread.talk" : "thread.post")} thin />
      {around.ancestors.length > 0 && (
        <ol class="before" aria-label={t("thread.before")}>
          {around.ancestors.map((above) => <li key={above} data-key={above}><Post id={above} /></li>)}
        </ol>
      )}
      <div ref={focus} class="focused" data-key={id}><Post id={id} isFocus><Facts one={one} /></Post></div>
      {!gateOf(one) && one.quote_approval && <Composer answers={one} key={id} />}
      <Answers around={around} id={id} />
    </>
  );
}

function Facts({ one }: { one: Status }) {
  const at = addressOf(one);
  const approval = one.quote_approval?.current_user;
  return (
    <p class="facts"><Moment at={one.created_at} />{one.edited_at && <> · {t("post.edited")} <Moment at={one.edited_at} /></>} · <span title={t(`audienceWho.${one.visibility}`)}>{t(`audience.${one.visibility}`)}</span>
      {one.account.id === site.me && one.visibility !== "direct" && <> · <a href={`${at}/audience`} data-plain="">{t("acts.audience")}</a></>}
      {(approval === "automatic" || approval === "manual") && <> · <a href={`/compose?quote=${one.id}`}>{t("acts.quote")}</a></>}
      {" · "}<a href={`${at}/why`} onClick={(event) => { event.preventDefault(); asksWhy.value = one; }}>{t("acts.why")}</a>
      {one.bookmarked && <> · <a href={`/bookmarks/${one.id}`} onClick={(event) => { event.preventDefault(); asksFolder.value = one; }}>{t("acts.folder")}</a></>}</p>
  );
}

function Answers({ around, id }: { around: One; id: string }) {
  const most = useSignal(STEP);
  const foot = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const near = new IntersectionObserver(([one]) => {
      if (one?.isIntersecting) most.value += STEP;
    }, { rootMargin: "1200px 0px" });
    if (foot.current) near.observe(foot.current);
    return () => near.disconnect();
  }, [around.branches.length, most.value]);
  if (around.trouble) return <Sorry text={around.trouble.message} again={() => void load(id)} />;
  if (!around.branches.length) return around.missing > 0 ? <p class="gap">{t("thread.noneShown", { n: around.missing })}</p> : null;
  return (
    <>
      <h2 class="over">{around.missing ? t("thread.someShown", { n: around.shown, more: around.missing }) : t("thread.replies", { n: around.shown })}</h2>
      <ol class="branches"><Branches all={around.branches.slice(0, most.value)} /></ol>
      {around.branches.length > most.value && <p class="pager" ref={foot}><button type="button" class="quiet" onClick={() => (most.value += STEP)}>{t("thread.more", { n: around.branches.length - most.value })}</button></p>}
    </>
  );
}

function Branches({ all }: { all: Branch[] }) {
  return <>{all.map((one) => <Reply one={one} key={one.post} />)}</>;
}

function Reply({ one }: { one: Branch }) {
  const reply = post(one.post).value;
  return (
    <li data-key={one.post}>
      <Post id={one.post} label={reply ? t("thread.replyBy", { name: labelOf(reply.account) }) : undefined} />
      {one.more > 0 && reply && <p class="more"><a href={addressOf(reply)}>{t("thread.continue", { n: one.more })}</a></p>}
      {one.branches.length > 0 && <ol><Branches all={one.branches} /></ol>}
    </li>
  );
}

export const route: Route = {
  path: "/@:handle/:post(\\d+)", page: Thread,
  load: ({ args }) => {
    const asked = load(args["post"]!);
    // What a list has shown already is shown at once.
    return post(args["post"]!).peek() ? Promise.race([asked, new Promise((done) => setTimeout(done, 120))]) : asked;
  },
  trouble: ({ args }) => thread(args["post"]!).peek().trouble,
  title: ({ args }) => {
    const one = post(args["post"]!).peek();
    if (!one) return t("thread.post");
    const said = one.spoiler_text || plain(one.content);
    return `${labelOf(one.account)}: ${said.length > 60 ? `${said.slice(0, 60)} …` : said || t("thread.post")}`;
  },
};
