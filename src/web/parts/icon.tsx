/** Outlines on a 24 × 24 ground. */
const outlines = {
  alert: "M12 8v5m0 3.5v.01M12 3 2.5 20h19z",
  arrow_down: "M12 5v14m-6-6 6 6 6-6",
  bin: "M4 7h16M10 11v6m4-6v6M6 7l1 13h10l1-13M9 7V4h6v3",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z",
  close: "m6 6 12 12M18 6 6 18",
  copy: "M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM5 15a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1",
  exit: "M15 4h3a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-3M10 8l-4 4 4 4m-4-4h10",
  hash: "M9 4 7 20M17 4l-2 16M4 9h16M3.5 15h16",
  horn: "M4 10v4a1 1 0 0 0 1 1h3l8 4V5L8 9H5a1 1 0 0 0-1 1zm15-1a4 4 0 0 1 0 6",
  keys: "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zm3 4v.01M11 10v.01M15 10v.01M18 10v.01M8 14h8",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.500-5.500L12 7.500m2 2.500a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.500 5.500l1.500-1.500",
  menu: "M4 7h16M4 12h16M4 17h10",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  pencil: "M4 20l1-5L16 4l4 4L9 19zM13.500 6.500l4 4",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zm-6 9v-1a5 5 0 0 1 5-5h2a5 5 0 0 1 5 5v1m1-16.5a3.5 3.5 0 0 1 0 7m2 3.800a5 5 0 0 1 3 4.700v1",
  plus: "M12 5v14M5 12h14",
  reply: "M9 6 4 11l5 5m-5-5h10a6 6 0 0 1 6 6v1",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zm5-2 5 5",
  send: "M12 19V5m-6 6 6-6 6 6",
  smile: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM8.500 14.500a4.300 4.300 0 0 0 7 0M9 9.500v.01M15 9.500v.01",
  sliders:
    "M4 7h9m5 0h2M4 17h2m5 0h9M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zm-7 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm0-13v1.5m0 15V21m9-9h-1.5m-15 0H3m15.400-6.400-1.100 1.100M6.700 17.300l-1.100 1.100m0-12.800 1.100 1.100m10.600 10.600 1.100 1.100",
  talk: "M5 5h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-8l-5 4v-4H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z",
  theme: "M12 3a9 9 0 1 0 0 18zm0 0a9 9 0 0 1 0 18",
} as const;

export type IconName = keyof typeof outlines;

/** A drawing beside words, or on a button that has a name: never the only sign of anything. */
export function Icon({ of: name }: { readonly of: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={outlines[name]} />
    </svg>
  );
}
