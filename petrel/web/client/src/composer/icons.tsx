// Signs that only the composer needs; the others are the pages' (templates/icons.html).
const PATHS = {
  picture: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.500 9h.01",
  poll: "M4.500 6h9M4.500 12h15M4.500 18h6",
  warning: "M12 4.500 21 19.500H3zM12 10v4.500M12 17h.01",
  smile: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM8.500 14c.8 1.500 2 2.200 3.500 2.200s2.700-.7 3.500-2.200M9 9.500h.01M15 9.500h.01",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500V12l3 2",
  plus: "M12 5v14M5 12h14",
  drafts: "M5 4.500h9l5 5v10H5zM14 4.500v5h5M8.500 13.500h7M8.500 16.500h5",
  target: "M12 3v4M12 17v4M3 12h4M17 12h4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  down: "m5 9.500 7 7 7-7",
  sound: "M9.500 17.500V5.500l9-2v12M9.500 17.500a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0zM18.500 15.500a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0z",
} as const;

export function Sign({ name }: { name: keyof typeof PATHS }) {
  return <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={PATHS[name]} /></svg>;
}
