// What only the app has, for the page that shows the looks (templates/style.html): the same components as everywhere. In
// English, as that page is.
import { render } from "preact";
import { isHelpOpen, isPaletteOpen } from "../keys";
import { take } from "../state/statuses";
import { Timeline } from "../state/timelines";
import { toast } from "../state/toasts";
import type { Account, Media, Status } from "../types";
import { sure } from "../ui/Dialog";
import { show } from "../ui/Lightbox";
import { Menu } from "../ui/Menu";
import { Pill } from "../ui/Pill";
import { Empty, Sorry, Waiting } from "../ui/small";

const nothing = (): void => undefined;
const picture = (id: string): Media => ({ id, type: "image", url: `/headers/${id}.svg`, preview_url: null, meta: null, description: "The sea in bands", blurhash: null });

/** Nobody's post, which waits behind a pill. */
function waiting(id: string, name: string): Status {
  const account = { id, acct: `${name}@pier.example`, display_name: name, avatar_static: `/avatars/${id}.svg`, emojis: [] } as unknown as Account;
  return { id, account, content: "", media_attachments: [], emojis: [], mentions: [], tags: [], reblog: null, quote: null } as unknown as Status;
}

function list(): Timeline {
  const made = new Timeline("parts", "/nowhere");
  made.waiting.value = [waiting("7", "tern"), waiting("12", "tides"), waiting("58", "yuki")].map(take);
  return made;
}

function Parts({ news }: { news: Timeline }) {
  return (
    <>
      <h2 class="over">What is new, and a list on its way</h2>
      <div class="tall"><Pill list={news} /></div>
      <Waiting />
      <h2 class="over">Nothing, and what went wrong</h2>
      <Empty><p>Nothing waits. Have some tea.</p></Empty>
      <Sorry text="The site cannot be reached. What you typed is kept." again={nothing} />
      <h2 class="over">What opens</h2>
      <div class="steps">
        <p class="choice">
          <button type="button" class="quiet" onClick={() => void sure("Delete this post?", "It goes from here and from everybody's list.", "Delete")}>A question</button>
          <button type="button" class="quiet" onClick={() => show([picture("7"), picture("12")], 0)}>Pictures, large</button>
          <button type="button" class="quiet" onClick={() => toast("Kept.")}>A word beside the page</button>
          <button type="button" class="quiet" onClick={() => toast("Not sent: the site cannot be reached.", { isWrong: true, act: { label: "Again", run: nothing } })}>A word about trouble</button>
          <button type="button" class="quiet" onClick={() => (isHelpOpen.value = true)}>Keys</button>
          <button type="button" class="quiet" onClick={() => (isPaletteOpen.value = true)}>Everything by name</button>
          <Menu label="A menu" kind="act ringed" choices={() => [
            { label: "Copy the link", icon: "public", run: nothing }, { label: "Why do I see this?", icon: "info", run: nothing },
            { label: "Delete", icon: "delete", isGrave: true, run: nothing }]} />
        </p>
      </div>
    </>
  );
}

export function mount(root: HTMLElement): void {
  render(<Parts news={list()} />, root);
}
