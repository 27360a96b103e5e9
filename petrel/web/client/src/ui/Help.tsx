// Which keys do what.
import { t, type Key } from "../i18n";
import { allCommands, isHelpOpen } from "../keys";
import { Dialog } from "./Dialog";

const GROUPS: ["move" | "posts" | "go" | "app", Key][] = [["move", "keys.group.move"], ["posts", "keys.group.posts"], ["go", "keys.group.go"], ["app", "keys.group.app"]];

export function Keys({ keys }: { keys: string }) {
  return <>{keys.split(/[ +]/).map((one, n) => <>{n > 0 && " "}<kbd key={n}>{one === "ctrl" ? (/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl") : one}</kbd></>)}</>;
}

export default function Help() {
  return (
    <Dialog title={t("keys.title")} close={() => (isHelpOpen.value = false)} kind="help">
      {GROUPS.map(([group, name]) => (
        <section key={group}><h3>{t(name)}</h3>
          <dl>{allCommands().filter((one) => one.group === group && one.keys).map((one) => (
            <div key={one.name}><dt>{one.keys!.map((keys, n) => <>{n > 0 && <i> {t("or")} </i>}<Keys keys={keys} key={keys} /></>)}</dt><dd>{t(one.name)}</dd></div>))}</dl>
        </section>
      ))}
    </Dialog>
  );
}
