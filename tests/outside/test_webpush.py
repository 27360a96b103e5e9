"""Sealing messages for an app, against the examples of the documents and against a receiver written from them."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from petrel.outside import webpush
from tests.features.push.receiver import App, unb64

# source: RFC 8291, section 5 and appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
SECRET = unb64("BTBZMqHH6r4Tts7J_aSIgg")
RECEIVER = unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
RECEIVER_PUBLIC = unb64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
ONCE = unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
SALT = unb64("DGv6ra1nlYgDCS1FRnbzlw")
SEALED = unb64(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7"
    "A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")


def key(private: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())


def test_the_example_of_the_standard_comes_out_to_the_byte() -> None:
    to = webpush.Receiver("https://push.example/x", RECEIVER_PUBLIC, SECRET)
    assert webpush.seal_standard(PLAIN, to, key(ONCE), SALT) == SEALED
    assert App(int.from_bytes(RECEIVER, "big"), SECRET).open_standard(SEALED) == PLAIN


@pytest.mark.parametrize("is_standard", [True, False])
def test_an_app_opens_what_was_sealed_for_it_and_nobody_else_does(is_standard: bool) -> None:
    app, other, own = App(), App(), webpush.Sender(webpush.sender_key(b"s" * 32), "https://birds.example")
    to = webpush.receiver("https://push.example/x", app.keys["p256dh"], app.keys["auth"] + "==",
                          is_standard=is_standard)
    asked = webpush.message(PLAIN, to, own, ttl_s=60, urgency="high")
    headers = {name.lower(): value for name, value in asked.headers.items()}

    def opened(by: App) -> bytes:
        return by.open_standard(asked.body) if is_standard else by.open_draft(asked.body, headers)

    assert opened(app) == PLAIN and PLAIN not in asked.body
    assert (headers["ttl"], headers["urgency"]) == ("60", "high")
    with pytest.raises(Exception):      # noqa: B017
        opened(other)
    assert webpush.message(PLAIN, to, own, ttl_s=60, urgency="high").body != asked.body, "each with a key of its own"
    with pytest.raises(ValueError):
        webpush.message(b"a" * 3801, to, own, ttl_s=60, urgency="low")
    webpush.message(b"a" * 3800, to, own, ttl_s=60, urgency="low")


def test_the_key_of_a_site_stays_what_it_is() -> None:
    one = webpush.public_bytes(webpush.sender_key(b"a" * 32))
    assert one == webpush.public_bytes(webpush.sender_key(b"a" * 32)) and len(one) == 65
    assert one != webpush.public_bytes(webpush.sender_key(b"b" * 32))


@pytest.mark.parametrize(("p256dh", "auth"), [
    ("", ""), ("AAAA", "BTBZMqHH6r4Tts7J_aSIgg"), ("B" + "A" * 86, "BTBZMqHH6r4Tts7J_aSIgg"),
    (App().keys["p256dh"], "short"), (App().keys["p256dh"], "!!!"), ("\u00e4" * 87, "BTBZMqHH6r4Tts7J_aSIgg")])
def test_what_is_no_key_is_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError):
        webpush.receiver("https://push.example/x", p256dh, auth, is_standard=True)


