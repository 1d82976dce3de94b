/** What several rounds come to, for one figure. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const half = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2, least: at(0), most: at(sorted.length - 1) };
}

/** The value that this share of all, which come sorted, does not exceed. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

export type Point = readonly [x: number, y: number];

/** A straight line through points by least squares, y = a + b·x, and how much of their variance it explains. */
export interface Line {
  readonly a: number;
  readonly b: number;
  readonly r2: number;
}

export function fit(points: readonly Point[]): Line {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([x]) => x), mean(([, y]) => y)];
  const sum = (of: (point: Point) => number) => points.reduce((total, point) => total + of(point), 0);
  const b = sum((point) => (point[0] - x) * (point[1] - y)) / sum((point) => (point[0] - x) ** 2);
  const a = y - b * x;
  const left = sum((point) => (point[1] - a - b * point[0]) ** 2);
  const all = sum((point) => (point[1] - y) ** 2);
  return { a, b, r2: all === 0 ? 1 : 1 - left / all };
}

/** Three digits that count; whole numbers as they are. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const decimals = value === 0 ? 0 : Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
