// What the API answers about inboxes and what is one's own, as far as these pages read it.
import type { Account, Media, Status, Visibility } from "../types";

export interface Group {
  group_key: string; notifications_count: number; type: string; page_max_id: string;
  latest_page_notification_at?: string; sample_account_ids: string[]; status_id: string | null;
  collection?: { id: string; name: string };
}
export interface Groups { accounts: Account[]; statuses: Status[]; notification_groups: Group[] }

export type Step = "accept" | "filter" | "drop";
export const STRANGERS = ["for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts"] as const;
export type Policy = Record<(typeof STRANGERS)[number], Step> & {
  summary: { pending_requests_count: number; pending_notifications_count: number };
};
export interface Request { id: string; notifications_count: string; account: Account; last_status: Status | null; updated_at: string }

export interface Conversation { id: string; unread: boolean; accounts: Account[]; last_status: Status | null }

export interface Params {
  text: string; spoiler_text: string; visibility: Visibility | null; in_reply_to_id: string | null;
  poll: { options: string[] } | null;
}
export interface Scheduled { id: string; scheduled_at: string; params: Params; media_attachments: Media[] }
export interface SavedDraft { id: string; updated_at: string; refused: string | null; params: Params; media_attachments: Media[] }

export interface Collection {
  id: string; account_id: string; name: string; description: string; sensitive: boolean; discoverable: boolean; item_count: number;
  items: { id: string; account_id: string | null }[];
}
