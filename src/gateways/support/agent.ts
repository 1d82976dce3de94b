/** Who also calls itself Chrome or Safari comes first. */
const programs = [
  ["Edge", /\bEdg(?:e|A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Yandex Browser", /\bYaBrowser\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:Chrome|CriOS|HeadlessChrome)\//],
  ["Safari", /\bVersion\/[\d.]+.* Safari\//],
  ["curl", /^curl\//],
  ["Node.js", /^(?:node|undici)\b/i],
] as const;

const systems = [
  ["Android", /\bAndroid\b/],
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMacintosh\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
] as const;

/** What a client is, as far as its owner needs it to know it again: `Firefox, Windows`. Nothing of it is the client's own text. */
export function agentOf(userAgent: string | undefined): string {
  const find = (known: readonly (readonly [string, RegExp])[]) =>
    known.find(([, form]) => form.test(userAgent ?? ""))?.[0];
  return [find(programs), find(systems)].filter((part) => part !== undefined).join(", ");
}
