"""What of sign-up is done again after a restore (`core/restrictions.py`)."""

from petrel.core.doors import Writer
from petrel.core.restrictions import Kept, harmless, restricts

SHUT = "insert into signup.gate (since_at, why) values (now(), 'before a restore') on conflict do nothing"

harmless({
    "signup.gate.opened": "opens; the crew opens it again",
    "signup.wave.gathered": "whom a change would be about; it does nothing to them",
    "signup.wave.undone": "each account that it suspended has an entry of its own",
    "signup.wave.brought_back": "opens; they are suspended again",
    "signup.arrival.swept": "removes what was too old",
    "signup.account.swept": "of an account that is being erased; the erasure is taken up again by its own entry",
})


@restricts("signup.gate.shut")
async def gate_shut(w: Writer, entry: Kept) -> bool:
    return bool(await w.execute(SHUT))
