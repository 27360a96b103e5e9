// The files of a post, and one of them large.
import { local } from "../api";
import { t } from "../i18n";
import type { Media as One } from "../types";
import { show } from "./Lightbox";

const isClosed = (address: string): boolean => address.includes("?");

export function Media({ files }: { files: One[] }) {
  if (!files.length) return null;
  const pictures = files.filter((one) => one.type === "image");
  return (
    <ul class={`media n${files.length}`}>
      {files.map((one) => <li key={one.id}><File one={one} open={() => show(pictures, pictures.indexOf(one))} />
        {one.type === "image" && one.description && <span class="alt" aria-hidden="true">{t("alt")}</span>}</li>)}
    </ul>
  );
}

function File({ one, open }: { one: One; open: () => void }) {
  const address = local(one.url ?? "");
  const preview = one.preview_url ? local(one.preview_url) : "";
  const size = one.meta?.small ?? one.meta?.original ?? {};
  const focus = one.meta?.focus;
  // Points of the picture are from -1 to 1, from the middle.
  const place = focus && (focus.x || focus.y) ? `${(focus.x + 1) * 50}% ${(1 - focus.y) * 50}%` : undefined;
  if (one.type === "image") {
    return (
      <a href={address} data-plain="" onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open();
      }}>
        <img src={preview || address} alt={one.description || t("media.noAltImage")} width={size.width} height={size.height}
          loading={isClosed(address) ? undefined : "lazy"} style={place ? { objectPosition: place } : undefined} />
      </a>
    );
  }
  if (one.type === "audio") {
    return <><audio controls preload="none" src={address} aria-label={one.description || t("media.noAltAudio")} />
      {one.description && <p>{one.description}</p>}</>;
  }
  return <video controls preload="none" loop={one.type === "gifv"} muted={one.type === "gifv"} playsInline
    src={address} poster={preview || undefined} width={size.width} height={size.height} aria-label={one.description || t("media.noAltVideo")} />;
}
