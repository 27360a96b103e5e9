"""Everything in Petrel that takes two people. Whoever needs another adds a line here."""

from petrel.ops.access.shapes import Kind

KINDS: dict[str, Kind] = {kind.name: kind for kind in (
    Kind("policy.raise", "Raise the policy of the law to number {policy}: older code then shows public posts only",
         ("policy",)),
    Kind("change.start", "Start change {change}, of which the plan begins with {plan}: petrel changes show {change}",
         ("change", "plan")),
    Kind("change.thaw", "Let changes go on again, which have been frozen since {since}", ("since",)),
    Kind("privacy.who-saw", "Tell who saw what {about} shows to some people only, from {since} to {until}",
         ("about", "since", "until"), least="moderator"),
    Kind("surface.open", "Open the surface {surface} again, which was closed because something leaked there",
         ("surface",)),
)}
