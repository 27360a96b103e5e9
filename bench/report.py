"""bench/RESULTS.md from the figures of a run: ours beside those of other servers (bench/README.md)."""

from typing import Any

OTHERS = {
    "home, ordinary path: CPU s per 1,000": ("7.0", "68.6"),
    "home, all rendered in memory: CPU s per 1,000": ("0.52", "no such path"),
    "one post: CPU s per 1,000": ("1.9", "18.0"),
    "posts of an account: CPU s per 1,000": ("13.4", "41.2"),
    "like: CPU s per 1,000": ("5.5", "28.5"),
    "posts/s it keeps up with, all fan-out done": ("4.6-6.6", "0.8"),
    "CPU s per 1,000 posts, fan-out included": ("289-411", "658"),
    "a lone post visible at a follower's, median / max ms": ("181 / 342", "1,354 / 9,553"),
    "memory idle, MB": ("134", "1,118"),
    "start to first answer, s": ("0.09-0.95", "3.1"),
}
MARK = "<!-- everything below this line is kept -->"


def _phase(figures: dict[str, Any], name: str, field: str = "cpu_s_per_1000") -> str:
    phase = figures["phases"].get(name)
    return "not run" if phase is None else f"{phase['median'][field]:g}"


def _load(figures: dict[str, Any]) -> list[str]:
    rows = [
        "| phase | requests/s | p50 ms | p99 ms | CPU s per 1,000 | server cores | other cores |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    phases = dict(figures["phases"])
    if "home_after_restart" in figures["extra"]:
        phases["home, right after a restart"] = figures["extra"]["home_after_restart"]
    for name, phase in phases.items():
        m = phase["median"]
        rows.append(
            f"| {name} | {m['rps']:,.0f} | {m['p50_ms']:.1f} | {m['p99_ms']:.1f} | **{m['cpu_s_per_1000']:.2f}** "
            f"| {m['server_cores']:.2f} | {m['other_cores']:.2f} |"
        )
    return rows


def table(figures: dict[str, Any], before: str) -> str:
    """The whole page; what stands below MARK in the old one stays."""
    extra, drain, lone = figures["extra"], figures.get("drain", {}), figures.get("visible_lone_ms", {})
    ours = [
        _phase(figures, "home"),
        _phase(figures, "home"),
        _phase(figures, "status"),
        _phase(figures, "account"),
        _phase(figures, "favourite"),
        f"{drain.get('sustained_posts_per_s', 'not run')} ({drain.get('posts', 0):,} posts)",
        f"{drain.get('cpu_s_per_1000', 'not run')}",
        f"{lone.get('median', '-')} / {lone.get('max', '-')}",
        f"{extra['idle_new_site']['pss_mb']} new, {figures['pss_idle_mb']} seeded, "
        f"{figures['pss_after_mb']} after load (PSS)",
        f"{extra.get('second_start_s', '-')} (new site: {extra['first_start_s']})",
    ]
    lines = [
        "# Results",
        "",
        f"Measured {figures['date']} with `make bench` on {extra['cores']} cores and {extra['memory_gb']} GB: server, "
        "both database clusters and load driver together; fsync on. Figures of the other servers: bench/README.md, "
        "taken on a like machine. CPU seconds per 1,000 requests repeat better than rates.",
        "",
        "| | Petrel | best other server | Takahe 0.11 |",
        "|---|--:|--:|--:|",
        *(
            f"| {name} | **{own}** | {best} | {last} |"
            for (name, (best, last)), own in zip(OTHERS.items(), ours, strict=True)
        ),
        "",
        f"Idle: {extra['idle_new_site']['cores']} core on a new site, {figures['idle_cores']} core seeded. "
        f"Home answers of 20 are checked before measuring: {figures['check']}.",
        "",
        *_load(figures),
        "",
        MARK,
    ]
    return "\n".join(lines) + (before.split(MARK, 1)[1] if MARK in before else "\n")
