"""Accounts: who there is, how they come in, what they say of themselves, which apps act for them.

Words: account, handle, profile, session, token, app, invitation, actor. Invariants: what somebody is called lives in
`accounts.handle` only, under one spelling; a bearer string exists outside the hands of its holder as a digest only;
what people write of themselves is sealed under the account's own key.
How much of an account a viewer may see: `accounts.cards` in functions.sql. Read next: shapes.py, then commands.py.

`oauth`, `invites`, `actors`, `announcements`, `pictures` and `rules` (the limits) are parts of this front desk:
`accounts.oauth.ask(r, parameters)`.
"""

from petrel.features.accounts import actors, announcements, invites, oauth, pictures, rules
from petrel.features.accounts.cards import FIRST_LINE, FULL, TOMBSTONE, Card, cards_of, open_card, visible
from petrel.features.accounts.commands import (
    confirm_email,
    create,
    create_many,
    make_confirm_link,
    must_be_fresh,
    note_remote,
    protect,
    set_flags,
    set_password,
    set_role,
    unprotect,
    update,
)
from petrel.features.accounts.entrance import set_up, sign_in, sign_in_again, sign_up
from petrel.features.accounts.erasing import begin_erasing, hide
from petrel.features.accounts.invites import make_setup_link
from petrel.features.accounts.passwords import hash_password
from petrel.features.accounts.reads import (
    apps,
    contact,
    counts,
    domains,
    find,
    ids_by_handle,
    is_fresh,
    listed,
    open_profile,
    open_profiles,
    own,
    profiles_of,
)
from petrel.features.accounts.sealing import digest_of, key_of, keys_of
from petrel.features.accounts.shapes import (
    Account,
    Changes,
    Counts,
    Field,
    HandleTaken,
    Issued,
    MayNotSignIn,
    NewAccount,
    Newcomer,
    NotFresh,
    OAuthError,
    Own,
    Profile,
    RemoteAccount,
    Role,
    State,
    WrongSignIn,
    decode_profile,
)
from petrel.features.accounts.tokens import (
    issue,
    issue_for_export,
    issue_many,
    open_session,
    resolve,
    resolve_together,
    revoke,
    sessions,
    sign_out,
)

issue_token, issue_tokens_many = issue, issue_many

__all__ = [
    "FIRST_LINE",
    "FULL",
    "TOMBSTONE",
    "Account",
    "Card",
    "Changes",
    "Counts",
    "Field",
    "HandleTaken",
    "Issued",
    "MayNotSignIn",
    "NewAccount",
    "Newcomer",
    "NotFresh",
    "OAuthError",
    "Own",
    "Profile",
    "RemoteAccount",
    "Role",
    "State",
    "WrongSignIn",
    "actors",
    "announcements",
    "apps",
    "begin_erasing",
    "cards_of",
    "confirm_email",
    "contact",
    "counts",
    "create",
    "create_many",
    "decode_profile",
    "digest_of",
    "domains",
    "find",
    
    "hash_password",
    "hide",
    "ids_by_handle",
    "invites",
    "is_fresh",
    "issue",
    "issue_for_export",
    "issue_many",
    "issue_token",
    "issue_tokens_many",
    "key_of",
    "keys_of",
    "listed",
    "make_confirm_link",
    "make_setup_link",
    "must_be_fresh",
    "note_remote",
    "oauth",
    "open_card",
    "open_profile",
    "open_profiles",
    "open_session",
    "own",
    "pictures",
    "profiles_of",
    "protect",
    "resolve",
    "resolve_together",
    "revoke",
    "rules",
    "sessions",
    "set_flags",
    "set_password",
    "set_role",
    "set_up",
    "sign_in",
    "sign_in_again",
    "sign_out",
    "sign_up",
    "unprotect",
    "update",
    "visible",
]
