// What was begun and kept, and what waits for its time.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { del, page } from "../api";
import { moment, t } from "../i18n";
import { wrong } from "../state/acts";
import { me } from "../state/session";
import { Icon, Sorry, Time } from "../ui/small";
import * as kept from "./kept";
import { opened, type Draft, type Saved } from "./shapes";
import type { Writing } from "./writing";

export function Drafts({ writing }: { writing: Writing }) {
  const drafts = useSignal<Saved[] | null>(null);
  const due = useSignal<Saved[]>([]);
  const fault = useSignal("");
  const here = useSignal<Draft[]>([]);

  async function load(): Promise<void> {
    fault.value = "";
    const now = writing.draft.peek();
    here.value = kept.all().filter((one) => one.about !== now.about && !one.editing && one.parts.every((part) => !part.saved));
    try {
      const [some, waiting] = await Promise.all([page<Saved>("/api/v1/petrel/drafts", { limit: 40 }), page<Saved>("/api/v1/scheduled_statuses", { limit: 40 })]);
      const own = new Set(now.parts.map((one) => one.saved));
      drafts.value = some.items.filter((one) => !own.has(one.id));
      due.value = waiting.items;
    } catch (said) {
      fault.value = said instanceof Error ? said.message : String(said);
    }
  }
  useEffect(() => void load(), []);

  async function drop(one: Saved): Promise<void> {
    try {
      await del(`/api/v1/${one.scheduled_at ? "scheduled_statuses" : "petrel/drafts"}/${one.id}`);
      drafts.value = drafts.value!.filter((each) => each.id !== one.id);
      due.value = due.value.filter((each) => each.id !== one.id);
    } catch (said) {
      wrong("failed.delete", said);
    }
  }

  /** What waits for its time is a draft again first: it cannot go out while it is being changed. */
  async function open(one: Saved): Promise<void> {
    const draft = opened(one, me.value?.source.privacy ?? "public");
    if (one.scheduled_at) {
      kept.keep(draft);
      try {
        await del(`/api/v1/scheduled_statuses/${one.id}`);
      } catch (said) {
        kept.forget(draft.about);
        return wrong("compose.notOpened", said);
      }
    }
    await writing.openOther(kept.find(draft.about) ?? draft);
  }

  if (fault.value) return <div class="scroll" id="panel-drafts"><Sorry text={fault.value} again={() => void load()} /></div>;
  if (!drafts.value) return <div class="scroll" id="panel-drafts" role="status"><p class="soft pad">{t("loading")}</p></div>;
  const isEmpty = !drafts.value.length && !due.value.length && !here.value.length;
  return (
    <div class="scroll" id="panel-drafts" role="region" aria-label={t("compose.drafts")}>
      {isEmpty && <div class="empty"><p>{t("compose.noDrafts")}</p></div>}
      {due.value.length > 0 && <><h3>{t("compose.dueTitle")}</h3><ul class="draftlist">{due.value.map((one) => <Line key={one.id} one={one} open={() => void open(one)} drop={() => void drop(one)} />)}</ul></>}
      {(drafts.value.length > 0 || here.value.length > 0) && <h3>{t("compose.drafts")}</h3>}
      <ul class="draftlist">
        {here.value.map((one) => (
          <li key={one.about}><button type="button" class="plain" onClick={() => void writing.openOther(one)}><span class="excerpt">{one.parts.map((part) => part.text).join(" … ")}</span>
            <small>{t("compose.onlyHere")} · <Time at={new Date(one.changedAt).toISOString()} /></small></button>
            <button type="button" class="act" title={t("compose.dropDraft")} onClick={() => { kept.forget(one.about); void load(); }}><Icon name="delete" /><span class="unseen">{t("compose.dropDraft")}</span></button></li>
        ))}
        {drafts.value.map((one) => <Line key={one.id} one={one} open={() => void open(one)} drop={() => void drop(one)} />)}
      </ul>
    </div>
  );
}

function Line({ one, open, drop }: { one: Saved; open: () => void; drop: () => void }) {
  const words = one.params.text.trim() || one.params.spoiler_text || t(one.media_attachments.length ? "composer.files" : "composer.poll");
  return (
    <li>
      <button type="button" class="plain" onClick={open}><span class="excerpt" dir="auto">{words}</span>
        {one.refused && <span class="wrong">{t("compose.refused")} {one.refused}</span>}
        <small>{one.scheduled_at ? moment(new Date(one.scheduled_at)) : one.updated_at && <Time at={one.updated_at} />}{one.params.in_reply_to_id && <> · {t("composer.reply")}</>}</small></button>
      <button type="button" class="act" title={t("compose.dropDraft")} onClick={drop}><Icon name="delete" /><span class="unseen">{t("compose.dropDraft")}</span></button>
    </li>
  );
}
