"""What an operator can set: one frozen class, each setting with meaning, unit, default and safe range."""

from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from petrel.core.limits import MOST_PICTURE_MIB, MOST_VIDEO_MIB

PREFIX = "PETREL_"


def _meta(meaning: str, unit: str = "", *, live: bool = False, secret: bool = False, place: bool = False,
          **bounds: Any) -> Meta:
    """`live`: running processes take a change over within seconds. `place`: cannot stand in the file it locates."""
    extra = {"unit": unit, "live": live, "secret": secret, "place": place}
    return Meta(description=meaning, extra=extra, **bounds)


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of one process. Made by `load`, changed by nobody."""

    data: Annotated[str, _meta(
        "Directory of everything the site keeps", "path", place=True, min_length=1)] = "petrel-data"
    host: Annotated[str, _meta(
        "Address the web server listens on; 0.0.0.0 for every interface", min_length=1)] = "127.0.0.1"
    port: Annotated[int, _meta("Port the web server listens on; 0 takes a free one", ge=0, le=65535)] = 8000
    base_url: Annotated[str, _meta(
        "Address of the site as people see it, no slash at the end; addresses of posts contain it for ever. "
        "Empty: http://localhost:PORT", "URL", pattern=r"^(https?://[^/?#\s]+)?$")] = ""
    trusted_proxies: Annotated[str, _meta(
        "Proxies in front of the site, addresses or networks such as 10.0.0.0/8, with commas between: only of these is "
        "X-Forwarded-For believed")] = ""
    country_header: Annotated[str, _meta(
        "Header in which a trusted proxy names the country of an address in two letters, such as CF-IPCountry; empty: "
        "none does, and nothing is withheld from people who are not signed in", pattern=r"^[A-Za-z0-9-]{0,64}$")] = ""

    tls: Annotated[Literal["off", "acme", "files"], _meta(
        "Who does HTTPS: nobody, or a proxy in front (off); the site, with certificates that it obtains and renews "
        "itself (acme); the site, with a certificate that you keep (files)")] = "off"
    http_port: Annotated[int, _meta(
        "With tls: port that answers in plain, with nothing but the way to the HTTPS address and a certificate "
        "authority's questions; usually 80. 0: none", ge=0, le=65535)] = 0
    more_names: Annotated[str, _meta(
        "With tls = acme: further names of this machine for its certificate, such as www.example.org, with commas "
        "between; the name of base_url is always in it")] = ""
    acme_directory: Annotated[str, _meta(
        "With tls = acme: who issues certificates, by the address of its ACME directory",
        "URL", pattern=r"^https://\S+$")] = "https://acme-v02.api.letsencrypt.org/directory"
    acme_directory_2: Annotated[str, _meta(
        "Another issuer, asked when the first does not issue; empty: none", "URL", pattern=r"^(https://\S+)?$")] = ""
    acme_binding: Annotated[str, _meta(
        "KID:KEY of an account with the issuer, where it wants one", secret=True)] = ""
    acme_binding_2: Annotated[str, _meta("KID:KEY of an account with the other issuer", secret=True)] = ""
    acme_contact: Annotated[str, _meta(
        "Mail address that issuers may write to; empty: none", pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    acme_challenge: Annotated[Literal["both", "http-01", "tls-alpn-01"], _meta(
        "How issuers see that a name is this machine's: by the plain port, which they find at 80, by the site's, which "
        "they find at 443, or by the one and then the other")] = "both"
    acme_roots: Annotated[str, _meta(
        "File (PEM) of the only authorities that are believed, for issuers that no browser knows; empty: the usual",
        "path")] = ""
    certificates_elsewhere: Annotated[str, _meta(
        "Hosts and addresses that may show other certificates for the site's names, such as those of a network of "
        "caches, with commas between")] = ""
    tls_certificate: Annotated[str, _meta(
        "With tls = files: the certificate and its chain, PEM; taken over within seconds when it changes", "path")] = ""
    tls_key: Annotated[str, _meta(
        "With tls = files: its private key, PEM; empty: in the same file", "path")] = ""

    web_workers: Annotated[int, _meta("Web processes; one per core is best", "processes", ge=1, le=16)] = 2
    requests_at_once: Annotated[int, _meta(
        "Requests answered at once by one web process; more get 503", "requests", ge=8, le=10_000)] = 512
    body_bytes: Annotated[int, _meta(
        "Largest request body, uploads apart", "bytes", ge=65_536, le=67_108_864)] = 1_000_000
    nothing_after_ms: Annotated[int, _meta(
        "Time after which a request learns that something is not there, hidden or never existing alike; longer than "
        "nearly every answer takes. 0 answers at once, and lets patient people tell the two apart",
        "milliseconds", ge=0, le=1000)] = 50

    stranger: Annotated[bool, _meta(
        "Every ten seconds the site asks itself for what nobody may have, and closes what leaks")] = True

    resolvers: Annotated[str, _meta(
        "Name servers that `petrel doctor` asks instead of this machine's own, with commas between")] = ""
    disk_uploads_mib: Annotated[int, _meta(
        "With less room than this on the disk, uploads are refused (507); 0: never", "MiB", live=True, ge=0,
        le=1_048_576)] = 1536
    disk_posts_mib: Annotated[int, _meta(
        "With less room than this, posts and new accounts are refused too; reading and deleting never are. 0: never",
        "MiB", live=True, ge=0, le=1_048_576)] = 768
    ballast_mib: Annotated[int, _meta(
        "Room that is kept taken, and given to the databases when there is none left; 0: none", "MiB", ge=0,
        le=65_536)] = 256
    canary: Annotated[bool, _meta(
        "Every minute a post of the site's own goes the whole way, is seen by a follower and deleted again: without it "
        "/health knows less")] = True
    metrics_port: Annotated[int, _meta(
        "Port of this machine at which Prometheus finds metrics (127.0.0.1/metrics); 0: none", ge=0, le=65535)] = 0
    alert_mail: Annotated[str, _meta(
        "Addresses that alerts go to, with commas between; empty: the owners of the site")] = ""
    alert_webhook: Annotated[str, _meta(
        "Addresses that alerts are sent to as JSON, with commas between", "URL", secret=True,
        pattern=r"^(https?://[^\s,]+(\s*,\s*https?://[^\s,]+)*)?$")] = ""
    heartbeat_url: Annotated[str, _meta(
        "Address that is asked every minute while the site watches itself, so that somebody elsewhere notices when it "
        "no longer does", "URL", secret=True, pattern=r"^(https?://\S+)?$")] = ""

    try_out: Annotated[bool, _meta(
        "The site is tried out: its name may still change, every page says so, and no search engine keeps it",
        live=True)] = False
    site_name: Annotated[str, _meta("Name of the site", live=True, min_length=1, max_length=80)] = "Petrel"
    site_description: Annotated[str, _meta("One sentence about the site", live=True, max_length=500)] = ""
    contact_email: Annotated[str, _meta(
        "Address that people may write to", live=True, pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    status_notice: Annotated[str, _meta(
        "What the status page says of something that is wrong or about to be; empty: nothing", live=True,
        max_length=1000)] = ""
    crawlers: Annotated[Literal["all", "search", "none"], _meta(
        "Which programs may go through the public pages by themselves: all, the large search engines only, or none",
        live=True)] = "all"
    ai_crawlers: Annotated[bool, _meta(
        "Programs that gather texts to train on may do so too; otherwise robots.txt refuses those that have a name",
        live=True)] = False
    field_percent: Annotated[int, _meta(
        "Of so many sessions the member's browser tells how fast its pages were, without anything about the person; 0: "
        "of none", "percent", live=True, ge=0, le=100)] = 100
    offline: Annotated[bool, _meta(
        "The app in the browser keeps what a member looked at last, for when there is no network; off: every browser "
        "forgets it at its next visit", live=True)] = True
    translate_url: Annotated[str, _meta(
        "Server that translates public posts when a member asks for it, as LibreTranslate does; empty: none", "URL",
        live=True, pattern=r"^(https?://\S+)?$")] = ""
    translate_key: Annotated[str, _meta("The key that this server wants, if it wants one", live=True,
                                        secret=True)] = ""
    registrations: Annotated[Literal["open", "approval", "invite", "closed"], _meta(
        "Who may make an account: anybody, whom the crew lets in, the invited, or only `petrel accounts create`",
        live=True)] = "open"
    signup_question: Annotated[str, _meta(
        "What people are asked who want to be let in by the crew", live=True, max_length=500)] = (
        "Why would you like to join?")
    signups_per_network: Annotated[int, _meta(
        "Accounts that people of one network (IPv4 /24, IPv6 /48) may make without an invitation; 0 for any number",
        "accounts a day", live=True, ge=0, le=100_000)] = 6
    signups_an_hour: Annotated[int, _meta(
        "So many accounts without an invitation are a wave: nobody more is taken until the crew says so. From half of "
        "it on each takes work (see signup_work). 0: never", "accounts", live=True, ge=0, le=1_000_000)] = 60
    signup_work: Annotated[int, _meta(
        "Work that a browser does for each account, in bits; 18 is some seconds. Who cannot do it comes in by a mailed "
        "link or by the crew. 0: none, unless many come at once", "bits", live=True, ge=0, le=26)] = 0
    accounts_at_once: Annotated[int, _meta(
        "So many accounts of a wave one person may suspend or bring back at once, within ten minutes. More is a "
        "change: planned, by two people where it is wide, from cell to cell", "accounts", live=True, ge=1,
        le=1000)] = 60
    newcomer_hours: Annotated[int, _meta(
        "How long an account that came without an invitation posts no links, names few people and writes to nobody who "
        "does not follow it. 0: not at all", "hours", live=True, ge=0, le=720)] = 24
    trends: Annotated[Literal["reviewed", "open", "off"], _meta(
        "What is talked about is shown when the crew has approved it (reviewed), unless it has rejected it (open), or "
        "not at all, and not counted (off)", live=True)] = "reviewed"
    email_confirmation: Annotated[bool, _meta(
        "New accounts confirm their mail address first; needs mail", live=True)] = False
    mail_server: Annotated[str, _meta(
        "Server that takes our mail (a relay, by SMTP); empty: no mail is sent", live=True,
        pattern=r"^[A-Za-z0-9.:\[\]-]*$")] = ""
    mail_port: Annotated[int, _meta(
        "Port of that server; 587 is usual for starttls, 465 for tls", live=True, ge=1, le=65535)] = 587
    mail_security: Annotated[Literal["starttls", "tls", "none"], _meta(
        "How the way to it is encrypted; none only for a server on this machine", live=True)] = "starttls"
    mail_user: Annotated[str, _meta("User name at that server; empty: none is needed", live=True)] = ""
    mail_password: Annotated[str, _meta("Password at that server", live=True, secret=True)] = ""
    mail_from: Annotated[str, _meta(
        "Address that mail comes from; bounces come back to it as NAME+LETTER@DOMAIN. Empty: petrel@ and the site's "
        "host name", live=True, pattern=r"^([^@\s+]+@[A-Za-z0-9.-]+)?$")] = ""
    mail_ca: Annotated[str, _meta(
        "File of certificates that the mail server's is checked against; empty: those of the system", "path",
        live=True)] = ""
    rate_limits: Annotated[bool, _meta("Count calls, refuse too many; joining is limited apart", live=True)] = True
    post_length: Annotated[int, _meta("Longest post", "characters", live=True, ge=100, le=10_000)] = 500
    media_picture_mib: Annotated[int, _meta("Largest picture", "MiB", live=True, ge=1, le=MOST_PICTURE_MIB)] = 16
    media_video_mib: Annotated[int, _meta("Largest video or sound", "MiB", live=True, ge=1, le=MOST_VIDEO_MIB)] = 99
    media_megapixels: Annotated[int, _meta("Largest picture", "millions of pixels", live=True, ge=1, le=100)] = 33
    media_seconds: Annotated[int, _meta("Longest video or sound", "seconds", live=True, ge=1, le=7200)] = 600
    media_mbit: Annotated[int, _meta(
        "So much of the line may files take, in each direction, so that posts have the rest: about a quarter of what "
        "your line has. 0: no bound", "Mbit/s", live=True, ge=0, le=100_000)] = 0
    media_store: Annotated[Literal["directory", "bucket"], _meta(
        "Where new photos and films go: into the data directory, or into media_bucket. `petrel media move` brings the "
        "others there")] = "directory"
    media_bucket: Annotated[str, _meta(
        "s3://BUCKET/PREFIX in which photos and films lie, or lay; empty: none", "URL",
        pattern=r"^(s3://[^\s@]+)?$")] = ""
    media_s3_endpoint: Annotated[str, _meta(
        "Address of its S3 service; empty: AWS", "URL", pattern=r"^(https?://[^\s]+)?$")] = ""
    media_s3_region: Annotated[str, _meta("Region of that bucket; empty: AWS_REGION")] = ""
    media_s3_key: Annotated[str, _meta("Key to that bucket; empty: AWS_ACCESS_KEY_ID", secret=True)] = ""
    media_s3_secret: Annotated[str, _meta("Its secret; empty: AWS_SECRET_ACCESS_KEY", secret=True)] = ""
    link_cards: Annotated[bool, _meta(
        "Pages that public posts link to are asked, once each, what they say of themselves; their servers see that "
        "somebody here links to them, and not who", live=True)] = True
    neighbours: Annotated[str, _meta(
        "For trials of a site at localhost: HOST:PORTs with commas between that apps' and posts' addresses may lead to "
        "although they are in the house; any other site ignores it")] = ""
    celebrity_followers: Annotated[int, _meta(
        "From this many followers on, posts are merged in at reading instead of fanned out",
        "accounts", ge=100, le=10_000_000)] = 10_000

    careful_after_h: Annotated[int, _meta(
        "So long may pressing things wait for the crew; then newcomers wait for it too", "hours", live=True,
        ge=1, le=1000)] = 4
    safe_after_h: Annotated[int, _meta(
        "So long may pressing things wait for the crew; then nobody can join", "hours", live=True, ge=1, le=1000)] = 12

    database_url: Annotated[str, _meta(
        "Postgres >= 15 of your own for everything but the keys; empty: the embedded one", "URL", secret=True)] = ""
    keyring_url: Annotated[str, _meta(
        "Postgres >= 15 of your own for the keys, best another server; empty: the embedded one",
        "URL", secret=True)] = ""

    backup_target: Annotated[str, _meta(
        "Where backups go, best off this machine: a directory, ssh://USER@HOST/DIR or s3://BUCKET/PREFIX; empty: none "
        "are made by themselves", "URL", live=True)] = ""
    backup_hour: Annotated[int, _meta("Hour (UTC) of the nightly backup", "hour", live=True, ge=0, le=23)] = 3
    backup_every_days: Annotated[int, _meta(
        "How often full copies are made; between them the log is archived", "days", live=True, ge=1, le=6)] = 1
    backup_keep: Annotated[int, _meta(
        "Full copies of the data that are kept; those of keys live seven days", "copies", live=True, ge=1, le=400)] = 7
    backup_rehearsal: Annotated[bool, _meta(
        "Each night the newest backup is restored beside the site, checked, and removed again", live=True)] = True
    backup_rehearsal_share: Annotated[int, _meta(
        "How much of one core that may use, of its databases too", "percent", live=True, ge=1, le=100)] = 20
    backup_ssh_config: Annotated[str, _meta(
        "File for `ssh -F` to reach a target over SSH; empty: the user's own ~/.ssh/config", "path", live=True)] = ""
    backup_s3_endpoint: Annotated[str, _meta(
        "Address of the S3 service; empty: AWS", "URL", live=True, pattern=r"^(https?://[^\s]+)?$")] = ""
    backup_s3_region: Annotated[str, _meta("Region of the bucket; empty: AWS_REGION", live=True)] = ""
    backup_s3_key: Annotated[str, _meta("Key to the bucket; empty: AWS_ACCESS_KEY_ID", live=True, secret=True)] = ""
    backup_s3_secret: Annotated[str, _meta("Its secret; empty: AWS_SECRET_ACCESS_KEY", live=True, secret=True)] = ""

    @property
    def address(self) -> str:
        """The base URL, also when none was set."""
        return self.base_url or f"{self.scheme}://localhost:{self.port}"

    @property
    def scheme(self) -> str:
        """What the port speaks, whatever a proxy in front of it does."""
        return "http" if self.tls == "off" else "https"

    @property
    def names(self) -> list[str]:
        """For the certificate: the site's own first."""
        own = urlsplit(self.address).hostname or "localhost"
        return list(dict.fromkeys([own, *filter(None, map(str.strip, self.more_names.lower().split(",")))]))

    @property
    def own_address(self) -> str:
        """Where this machine finds the site without a proxy or the DNS; under TLS no certificate bears its name."""
        every = {"0.0.0.0": "127.0.0.1", "::": "::1"}       # noqa: S104 (to be asked, not listened to)
        host = every.get(self.host, self.host)
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def folder(self) -> Path:
        return Path(self.data).absolute()

    def __repr__(self) -> str:
        shown = {f.name: "***" if f.secret and getattr(self, f.name) else getattr(self, f.name) for f in fields()}
        return f"Settings({', '.join(f'{k}={v!r}' for k, v in shown.items())})"


class Field(Struct, frozen=True):
    """One setting as it is explained to people."""

    name: str
    meaning: str
    unit: str
    default: Any
    safe: str
    live: bool
    secret: bool
    place: bool
    kind: type

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()


def fields() -> tuple[Field, ...]:
    """All settings, in the order of the class."""
    return _FIELDS


def _describe(name: str, hint: Any, default: Any) -> Field:
    kind, meta = get_args(hint)
    words = get_args(kind) if get_origin(kind) is Literal else ()
    safe = " | ".join(words) if words else f"{meta.ge} to {meta.le}" if meta.ge is not None else ""
    if kind is bool:
        safe = "on | off"
    return Field(name=name, meaning=meta.description, default=default, safe=safe,
                 kind=str if words else kind, **meta.extra)


HINTS = get_type_hints(Settings, include_extras=True)
_FIELDS = tuple(_describe(name, HINTS[name], default) for name, default
                in zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True))
