// What this site allows and offers to whoever writes: asked for once.
import { signal } from "@preact/signals";
import { get } from "../api";
import { site } from "../site";
import type { Emoji } from "../types";
import type { Room } from "./uploads";

interface Said {
  configuration: {
    statuses: { max_characters: number; max_media_attachments: number };
    media_attachments: { supported_mime_types: string[]; description_limit: number; image_size_limit: number; video_size_limit: number };
    polls: { max_options: number; max_characters_per_option: number; min_expiration: number; max_expiration: number };
  };
}

export const limits = signal({
  characters: site.characters, files: 4, words: 1500, options: 4, optionCharacters: 50, longestPollS: 2_629_746,
});
export const room = signal<Room>({ types: [], mostBytes: () => Infinity });
export const emojis = signal<Emoji[]>([]);

let asked = false;

export function ask(): void {
  if (asked) return;
  asked = true;
  get<Said>("/api/v2/instance").then(({ configuration: { statuses, media_attachments: media, polls } }) => {
    limits.value = {
      characters: statuses.max_characters, files: statuses.max_media_attachments, words: media.description_limit,
      options: polls.max_options, optionCharacters: polls.max_characters_per_option, longestPollS: polls.max_expiration,
    };
    room.value = {
      types: media.supported_mime_types,
      mostBytes: (type) => (type.startsWith("image/") ? media.image_size_limit : media.video_size_limit),
    };
  }, () => (asked = false));
  get<Emoji[]>("/api/v1/custom_emojis").then((came) => (emojis.value = came.filter((one) => one.visible_in_picker)), () => undefined);
}

/** Languages to choose from, besides those that the reader's browser names. */
const LANGUAGES = ("en de ja ar bg bn ca cs cy da el eo es et eu fa fi fr ga gl he hi hr hu id is it ka ko lt lv ms nb nl pl pt ro ru "
  + "sk sl sr sv ta th tr uk ur vi zh").split(" ");

export function languages(chosen: string): string[] {
  const own = navigator.languages.map((one) => one.split("-")[0]!);
  return [...new Set([...own, ...(chosen ? [chosen] : []), ...LANGUAGES])];
}

export function nameOf(tag: string): string {
  try {
    return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
