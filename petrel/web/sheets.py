"""Every template of the pages, and on which surfaces a post can stand in it, or be counted in it.

A template that is not here is not loaded: whoever adds one says on what surface it shows posts.
"""

from petrel.core import surfaces

_FRAME = "the frame, icons and fields of pages; posts come in through the templates that fill it"
_DESK = "the crew's console: copies in evidence, which section 6 of the law shows it"
_FORM = "a form or a message; no post stands in it"

SHEETS: dict[str, tuple[str, str]] = {
    "home.html": ("home", ""),
    "public.html": ("pub", ""),
    "tag.html": ("pub", ""),
    "welcome.html": ("pub", ""),
    "search.html": ("srch", ""),
    "notifications.html": ("ntf", ""),
    "profile.html": ("prof cnt", ""),
    "post.html": ("link thrd", ""),
    "compose.html": ("link", ""),
    "composer.html": ("link", ""),
    "quoted.html": ("embd", ""),
    "poll.html": ("link prof thrd embd home pub srch", ""),
    "delete.html": ("link", ""),
    "audience.html": ("link cnt", ""),
    "open_account.html": ("cnt", ""),
    "error.html": ("link", ""),
    "posts.html": ("home pub prof embd", ""),
    "post_body.html": ("link thrd home pub prof srch embd", ""),
    "post_acts.html": ("cnt", ""),
    "base.html": ("ntf", ""),
    "icons.html": (surfaces.NONE, _FRAME),
    "newcomer_fields.html": (surfaces.NONE, _FRAME),
    "about.html": (surfaces.NONE, "what the site says of itself"),
    "site_text.html": (surfaces.NONE, "what the site says of itself"),
    "about_data.html": (surfaces.NONE, "what the site says of itself"),
    "doctor.html": (surfaces.NONE, "how the site and its machine fare"),
    "data.html": (surfaces.NONE, _FORM),
    "erase.html": (surfaces.NONE, _FORM),
    "deletions.html": (surfaces.NONE, "numbers and times of what is gone"),
    "erased.html": (surfaces.NONE, "numbers of what is gone"),
    "sign_in_data.html": (surfaces.NONE, _FORM),
    "again.html": (surfaces.NONE, _FORM),
    "authorize.html": (surfaces.NONE, _FORM),
    "code.html": (surfaces.NONE, _FORM),
    "confirm.html": (surfaces.NONE, _FORM),
    "denied.html": (surfaces.NONE, _FORM),
    "form_post.html": (surfaces.NONE, _FORM),
    "followers.html": (surfaces.NONE, "who follows somebody; no post stands in it"),
    "privacy.html": (surfaces.NONE, _FORM),
    "founding.html": (surfaces.NONE, _FORM),
    "founding_end.html": (surfaces.NONE, _FORM),
    "setup.html": (surfaces.NONE, _FORM),
    "setup_used.html": (surfaces.NONE, _FORM),
    "sign_in.html": (surfaces.NONE, _FORM),
    "sign_out.html": (surfaces.NONE, _FORM),
    "forgot.html": (surfaces.NONE, _FORM),
    "reset.html": (surfaces.NONE, _FORM),
    "confirm_address.html": (surfaces.NONE, _FORM),
    "mail_off.html": (surfaces.NONE, _FORM),
    "mail.html": (surfaces.NONE, _FORM),
    "letter_done.html": (surfaces.NONE, _FORM),
    "link_ended.html": (surfaces.NONE, _FORM),
    "sign_up.html": (surfaces.NONE, _FORM),
    "report.html": (surfaces.NONE, "names a post, and shows nothing of it"),
    "report_taken.html": (surfaces.NONE, _FORM),
    "desk_frame.html": (surfaces.NONE, _DESK),
    "desk_queue.html": (surfaces.NONE, _DESK),
    "desk_numbers.html": (surfaces.NONE, _DESK),
    "moderated.html": (surfaces.NONE, "what the site says of itself"),
    "numbers.html": (surfaces.NONE, "what the site says of itself"),
    "desk_blocks.html": (surfaces.NONE, _DESK),
    "desk_list.html": (surfaces.NONE, _DESK),
    "desk_arrivals.html": (surfaces.NONE, "who came, for the crew; no post stands in it"),
    "desk_waiting.html": (surfaces.NONE, _DESK),
    "desk_appeals.html": (surfaces.NONE, _DESK),
    "desk_appeal.html": (surfaces.NONE, _DESK),
    "judged.html": (surfaces.NONE, "the crew's reasons, to whom they concern; names posts by number"),
    "desk_case.html": (surfaces.NONE, _DESK),
}

for _name, (_surface, _why) in SHEETS.items():
    surfaces.check(surfaces.Kind.TEMPLATE, _name, _surface, _why)
