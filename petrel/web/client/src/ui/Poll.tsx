// A poll: a form while one may vote, bars for everybody else. As templates/poll.html.
import { useSignal } from "@preact/signals";
import { grouped, t } from "../i18n";
import { vote } from "../state/acts";
import type { Poll as One, Status } from "../types";
import { Moment, Words } from "./small";
import { site } from "../site";

export function Poll({ of, poll }: { of: Status; poll: One }) {
  const mayVote = !poll.expired && !poll.voted && of.account.id !== site.me;
  return mayVote ? <Form of={of} poll={poll} /> : <Bars poll={poll} />;
}

const voters = (poll: One): number => poll.voters_count ?? poll.votes_count;

function Form({ of, poll }: { of: Status; poll: One }) {
  const chosen = useSignal<number[]>([]);
  const name = `poll-${poll.id}`;
  return (
    <form class="poll" onSubmit={(event) => { event.preventDefault(); if (chosen.value.length) vote(of.id, chosen.value); }}>
      <fieldset>
        <legend class="unseen">{t(poll.multiple ? "poll.chooseMany" : "poll.chooseOne")}</legend>
        {poll.options.map((option, n) => (
          <label class="choice-line" key={n}>
            <input type={poll.multiple ? "checkbox" : "radio"} name={name} value={n} checked={chosen.value.includes(n)} onChange={(event) => {
              const on = event.currentTarget.checked;
              chosen.value = poll.multiple ? (on ? [...chosen.value, n] : chosen.value.filter((one) => one !== n)) : [n];
            }} /> <bdi><Words text={option.title} emojis={poll.emojis} /></bdi>
          </label>
        ))}
      </fieldset>
      <p class="tally"><button disabled={!chosen.value.length}>{t("poll.vote")}</button> <small>{t("poll.voters", { n: voters(poll) })}
        {poll.expires_at && <> · {t("poll.ends")} <Moment at={poll.expires_at} /></>}{poll.multiple && ` · ${t("poll.several")}`}</small></p>
    </form>
  );
}

function Bars({ poll }: { poll: One }) {
  const all = Math.max(1, voters(poll));
  const isHidden = poll.options[0]?.votes_count === null;
  return (
    <div class="poll">
      <ul class="bars" aria-label={t("poll.name")}>
        {poll.options.map((option, n) => {
          const isOwn = poll.own_votes?.includes(n);
          const share = Math.round((100 * (option.votes_count ?? 0)) / all);
          return (
            <li class={isOwn ? "chosen" : undefined} key={n}>
              <span class="bar"><bdi><Words text={option.title} emojis={poll.emojis} /></bdi>{isOwn && <> <span class="chip">{t("poll.own")}</span></>}</span>
              {option.votes_count !== null && <>
                <span class="share">{grouped(share)} %<span class="unseen">, {t("poll.votes", { n: option.votes_count })}</span></span>
                <meter min={0} max={100} value={share} aria-hidden="true" /></>}
            </li>
          );
        })}
      </ul>
      <p class="tally"><small>{t("poll.voters", { n: voters(poll) })}{poll.expires_at && <> · {t(poll.expired ? "poll.ended" : "poll.ends")} <Moment at={poll.expires_at} /></>}
        {!poll.expired && isHidden && ` · ${t("poll.hidden")}`}</small></p>
    </div>
  );
}
