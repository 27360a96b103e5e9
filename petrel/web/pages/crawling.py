"""What programs that go through pages by themselves are told: robots.txt (RFC 9309) and the sitemap (sitemaps.org)."""

from html import escape

from starlette.responses import PlainTextResponse, Response

from petrel.core.errors import NotFound
from petrel.web.door import Visit
from petrel.web.forms import as_id

SEARCH = ("Googlebot", "Bingbot", "DuckDuckBot", "YandexBot", "Applebot", "Qwantbot", "Qwantify", "MojeekBot", "Yeti",
          "Baiduspider", "SeznamBot", "Ecosia")
"""Search engines, by the names that they go by."""

GATHERING = (
    "AI2Bot", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ClaudeBot", "Claude-Web",
    "cohere-ai", "cohere-training-data-crawler", "Diffbot", "FacebookBot", "Google-Extended", "GPTBot", "ImagesiftBot",
    "Kangaroo Bot", "meta-externalagent", "Meta-ExternalAgent", "omgili", "omgilibot", "PanguBot", "PerplexityBot",
    "SemrushBot-OCOB", "Timpibot", "VelenPublicWebCrawler", "Webzio-Extended", "YouBot")
"""Programs that gather texts to train on or to answer from, by the names that their makers give."""

NOT_FOR_PROGRAMS = ("/api/", "/auth/", "/compose", "/desk", "/notifications", "/oauth/", "/report", "/search",
                    "/settings/", "/setup/", "/@*/*/delete", "/@*/*/audience", "/*?max_id=", "/*?min_id=", "/*?after=")
SITE_PAGES = ("/", "/about", "/about/data", "/about/moderation")
XML = '<?xml version="1.0" encoding="utf-8"?>\n'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


async def robots(visit: Visit) -> Response:
    site = visit.site
    mode = "none" if site.is_try_out else site.crawlers
    groups = []
    if not site.ai_crawlers and mode != "none":
        groups.append([*(f"User-agent: {name}" for name in dict.fromkeys(GATHERING)), "Disallow: /"])
    welcome = ["*"] if mode == "all" else list(SEARCH) if mode == "search" else []
    if welcome:
        closed = [f"Disallow: {path}" for path in NOT_FOR_PROGRAMS]
        groups.append([*(f"User-agent: {name}" for name in welcome), *closed, "Allow: /"])
    if mode != "all":
        groups.append(["User-agent: *", "Disallow: /"])
    if mode != "none":
        groups.append([f"Sitemap: {visit.door.base_url}/sitemap.xml"])
    return PlainTextResponse("\n\n".join("\n".join(group) for group in groups) + "\n")


async def index(visit: Visit) -> Response:
    """A file for the site's own pages, and one for each cell in which somebody agreed to be found."""
    _refuse_when_closed(visit)
    names = ["site", *(str(cell) for cell in await visit.needs.findable_cells())]
    base = escape(visit.door.base_url)
    rows = "".join(f"<sitemap><loc>{base}/sitemaps/{name}.xml</loc></sitemap>\n" for name in names)
    return _xml(f"<sitemapindex {SPACE}>\n{rows}</sitemapindex>\n")


async def site(visit: Visit) -> Response:
    _refuse_when_closed(visit)
    texts = [f"/{kind}" for kind in ("imprint", "privacy", "terms") if kind in visit.site.texts]
    return _urls(visit, [(path, "") for path in (*SITE_PAGES, *texts)])


async def accounts(visit: Visit) -> Response:
    _refuse_when_closed(visit)
    cell = as_id(visit.request.path_params["cell"])
    if cell is None or cell > 1023:
        raise NotFound
    return _urls(visit, [(f"/@{one.handle}", one.last_post_on) for one in await visit.needs.findable(cell)])


def _refuse_when_closed(visit: Visit) -> None:
    """Errors: NotFound, where no program is to go through the pages."""
    if visit.site.is_try_out or visit.site.crawlers == "none":
        raise NotFound


def _urls(visit: Visit, pages: list[tuple[str, str]]) -> Response:
    """(path, day of the last change or "")."""
    base = escape(visit.door.base_url)
    rows = "".join(f"<url><loc>{base}{escape(path)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n"
                   for path, day in pages)
    return _xml(f"<urlset {SPACE}>\n{rows}</urlset>\n")


def _xml(body: str) -> Response:
    return Response(XML + body, media_type="application/xml; charset=utf-8")
