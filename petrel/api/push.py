"""An app's own push subscription in the client API. What is pushed: petrel/features/push."""

from typing import Literal

from msgspec import Struct

from petrel.api.http import Call, route
from petrel.core.doors import reading, writing
from petrel.features import push
from petrel.features.push import ALERTS, Policy, Subscription, Way

OWN = "where an app wants to be told; what it is told leaves by petrel/features/push/saying.py"


class KeysForm(Struct, frozen=True, kw_only=True):
    p256dh: str = ""
    auth: str = ""


class WayForm(Struct, frozen=True, kw_only=True):
    """`standard`: sealed by RFC 8291; else by the draft that older apps know."""

    endpoint: str = ""
    keys: KeysForm = KeysForm()
    standard: bool = False


class ChoiceForm(Struct, frozen=True, kw_only=True):
    """`alerts`: by name; what is not named is not wanted."""

    alerts: dict[str, bool] = {}
    policy: Literal["all", "followed", "follower", "none"] = "all"

    @property
    def bits(self) -> int:
        return sum(push.bit_of(name) for name, on in self.alerts.items() if on)


class SubscribeForm(Struct, frozen=True, kw_only=True):
    subscription: WayForm = WayForm()
    data: ChoiceForm = ChoiceForm()


class ChangeForm(Struct, frozen=True, kw_only=True):
    data: ChoiceForm = ChoiceForm()


class WebPushSubscription(Struct):
    """`id` is a small number: some apps read it into 31 bits. `server_key`: the site's, that services check."""

    id: int
    endpoint: str
    standard: bool
    alerts: dict[str, bool]
    server_key: str
    policy: str


def _wished(call: Call) -> str:
    """The language that the app would rather have (RFC 9110, 12.5.4); "" where it names none."""
    first = (call.header(b"accept-language") or "").partition(",")[0].partition(";")[0].strip()
    return first if first.isascii() and first.replace("-", "").isalnum() and len(first) <= 16 else ""


async def entity(one: Subscription) -> WebPushSubscription:
    return WebPushSubscription(
        one.number, one.way.endpoint, one.way.standard,
        {name: bool(one.alerts & push.bit_of(name)) for name in ALERTS}, await push.server_key(),
        one.policy.name.lower())


@route("GET", "/api/v1/push/subscription", scope="push", surface="none", why_no_surface=OWN)
async def show(call: Call) -> WebPushSubscription:
    async with reading(call.member) as r:
        return await entity(await push.get(r))


@route("POST", "/api/v1/push/subscription", scope="push", surface="none", why_no_surface=OWN)
async def subscribe(call: Call, form: SubscribeForm) -> WebPushSubscription:
    asked = form.subscription
    way = Way(asked.endpoint.strip(), asked.keys.p256dh, asked.keys.auth, asked.standard, _wished(call))
    async with writing(call.member, cause=call.id) as w:
        made = await push.subscribe(w, way, form.data.bits, Policy[form.data.policy.upper()])
    return await entity(made)


@route("PUT", "/api/v1/push/subscription", scope="push", surface="none", why_no_surface=OWN)
async def change(call: Call, form: ChangeForm) -> WebPushSubscription:
    async with writing(call.member, cause=call.id) as w:
        changed = await push.change(w, form.data.bits, Policy[form.data.policy.upper()])
    return await entity(changed)


@route("DELETE", "/api/v1/push/subscription", scope="push", surface="none", why_no_surface=OWN)
async def unsubscribe(call: Call) -> dict[str, str]:
    async with writing(call.member, cause=call.id) as w:
        await push.unsubscribe(w)
    return {}
