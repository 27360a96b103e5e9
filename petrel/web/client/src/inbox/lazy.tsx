// Pages that come when they are wanted: what is rarely opened costs nothing at the first load.
import { signal } from "@preact/signals";
import type { Address } from "../addresses";
import { t, type Key } from "../i18n";
import type { Route, Shown } from "../router";
import { Sorry, Waiting } from "../ui/small";

type Part = Pick<Route, "page" | "load" | "title">;

/** `bring` imports a module that exports the page; `name` is its title until it is there. */
export function lazy(path: Address, bring: () => Promise<Record<string, unknown>>, part: string, name: Key, way = path): Route {
  const came = signal<Part | null>(null);
  const isMissing = signal(false);
  async function load(now: Shown): Promise<void> {
    isMissing.value = false;
    try {
      came.value ??= (await bring())[part] as Part;
    } catch {
      isMissing.value = true;
      return;
    }
    await came.value.load?.(now);
  }
  function Later(now: Shown) {
    const Wanted = came.value?.page;
    if (Wanted) return <Wanted {...now} />;
    return isMissing.value ? <Sorry text={t("trouble.unreachable")} again={() => void load(now)} /> : <Waiting />;
  }
  return { path, page: Later, load, title: (now) => came.peek()?.title(now) ?? t(name), way };
}
