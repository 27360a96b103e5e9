// What the API answers, as far as the app reads it. The whole of it: docs/api-coverage.md, tests/api/schemas.

export type Visibility = "public" | "unlisted" | "private" | "direct";

export interface Emoji { shortcode: string; url: string; static_url: string; visible_in_picker: boolean; category?: string | null }
export interface Field { name: string; value: string; verified_at: string | null }

export interface Account {
  id: string; username: string; acct: string; url: string; display_name: string; note: string;
  avatar: string; avatar_static: string; avatar_description: string; header: string; header_static: string;
  locked: boolean; bot: boolean; fields: Field[]; emojis: Emoji[]; roles: { id: string; name: string }[];
  created_at: string; statuses_count: number; followers_count: number; following_count: number;
  hide_collections: boolean | null; suspended?: boolean; limited?: boolean;
  show_media?: boolean;
}

export interface Credentials extends Account {
  source: { privacy: Visibility; sensitive: boolean; language: string | null; quote_policy: string };
}

export interface Relationship {
  id: string; following: boolean; showing_reblogs: boolean; notifying: boolean; followed_by: boolean; blocking: boolean;
  blocked_by: boolean; muting: boolean; muting_notifications: boolean; requested: boolean; requested_by: boolean;
  domain_blocking: boolean; endorsed: boolean; note: string;
}

export interface Size { width?: number; height?: number; aspect?: number; duration?: number }

export interface Media {
  id: string; type: "image" | "gifv" | "video" | "audio" | "unknown"; url: string | null; preview_url: string | null;
  meta: { original?: Size; small?: Size; focus?: { x: number; y: number } } | null;
  description: string | null; blurhash: string | null;
}

export interface Poll {
  id: string; expires_at: string | null; expired: boolean; multiple: boolean; votes_count: number;
  voters_count: number | null; voted?: boolean; own_votes?: number[];
  options: { title: string; votes_count: number | null }[]; emojis: Emoji[];
}

export interface PreviewCard {
  url: string; title: string; description: string; provider_name: string; image: string | null; author_name: string;
}

export interface Filtered { filter: { id: string; title: string; filter_action: "warn" | "hide" | "blur" } }

export interface Quote { state: string; quoted_status?: Status | null; quoted_status_id?: string | null }

export interface Status {
  id: string; uri: string; url: string | null; created_at: string; edited_at: string | null; account: Account;
  content: string; visibility: Visibility; sensitive: boolean; spoiler_text: string; media_attachments: Media[];
  mentions: { id: string; username: string; url: string; acct: string }[];
  tags: { name: string; url: string }[]; emojis: Emoji[];
  replies_count: number; reblogs_count: number; favourites_count: number; quotes_count: number;
  in_reply_to_id: string | null; in_reply_to_account_id: string | null; poll: Poll | null; card: PreviewCard | null;
  quote: Quote | null;
  quote_approval: { automatic: string[]; manual: string[]; current_user: "automatic" | "manual" | "denied" | "unknown" };
  reply_policy?: "followers" | "mentioned"; language: string | null; filtered?: Filtered[]; reblog: Status | null;
  favourited?: boolean; reblogged?: boolean; bookmarked?: boolean; muted?: boolean; pinned?: boolean;
}

export interface Context { ancestors: Status[]; descendants: Status[] }
export interface TagDay { day: string; uses: string; accounts: string }
export interface Tag { name: string; url: string; history?: TagDay[]; following?: boolean; featuring?: boolean }
export interface Found { accounts: Account[]; statuses: Status[]; hashtags: Tag[] }
export interface List { id: string; title: string; replies_policy: string; exclusive: boolean }
export interface Announcement { id: string; content: string; published_at: string; read?: boolean }
export interface Marker { last_read_id: string; version: number; updated_at: string }
export interface Preferences {
  "reading:expand:spoilers": boolean; "reading:expand:media": "default" | "show_all" | "hide_all";
  "posting:default:visibility": Visibility; "posting:default:language": string | null;
}
export interface Notification { id: string; type: string; created_at: string; group_key?: string; account: Account; status?: Status }
