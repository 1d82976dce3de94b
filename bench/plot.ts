import { fit, type Point, short } from "./statistics.ts";

interface Axis {
  readonly label: string;
  readonly scale: "linear" | "log";
}

interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

/** A picture of curves. */
export interface Plot {
  /** Its file's name, without ending. */
  readonly file: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Whether a straight line by least squares is drawn through each. */
  readonly fitted?: boolean;
}

const width = 720;
const height = 420;
const margin = { left: 76, right: 44, top: 44, bottom: 56 };
/** Told apart by those who see no red and green too. https://jfly.uni-koeln.de/color/ */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

interface Scale {
  readonly ticks: readonly number[];
  /** Where on the axis a value is, from 0 to 1. */
  readonly at: (value: number) => number;
}

/** Steps of 1, 2 or 5 times a power of ten, about five of them. */
function linear(most: number): Scale {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power;
  const end = Math.ceil(most / step) * step;
  return {
    ticks: Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step),
    at: (value) => value / end,
  };
}

function logarithmic(least: number, most: number): Scale {
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const powers = Math.max(1, to - from);
  return {
    ticks: Array.from({ length: powers + 1 }, (_, index) => 10 ** (from + index)),
    at: (value) => (Math.log10(value) - from) / powers,
  };
}

function scaleOf({ scale }: Axis, values: readonly number[]): Scale {
  const most = Math.max(...values);
  if (scale === "linear") return linear(most > 0 ? most : 1);
  return logarithmic(Math.min(...values), most);
}

/** The picture as SVG. */
export function asSvg({ title, x, y, series, fitted = false }: Plot): string {
  const drawn = series.map(({ name, points }) => ({
    name,
    // A logarithm has no place for what is not above nothing.
    points: points.filter(([px, py]) => (x.scale === "linear" || px > 0) && (y.scale === "linear" || py > 0)),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const xs = scaleOf(
    x,
    all.map(([px]) => px),
  );
  const ys = scaleOf(
    y,
    all.map(([, py]) => py),
  );
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const px = (value: number) => (margin.left + xs.at(value) * inner.width).toFixed(1);
  const py = (value: number) => (margin.top + (1 - ys.at(value)) * inner.height).toFixed(1);
  const bottom = height - margin.bottom;
  const right = width - margin.right;

  const grid = [
    ...xs.ticks.map(
      (tick) =>
        `<path class="grid" d="M${px(tick)} ${margin.top}V${bottom}"/><text x="${px(tick)}" y="${bottom + 18}" text-anchor="middle">${short(tick)}</text>`,
    ),
    ...ys.ticks.map(
      (tick) =>
        `<path class="grid" d="M${margin.left} ${py(tick)}H${right}"/><text x="${margin.left - 8}" y="${Number(py(tick)) + 4}" text-anchor="end">${short(tick)}</text>`,
    ),
  ];
  const curves = drawn.flatMap(({ name, points }, index) => {
    const colour = colours[index % colours.length];
    const path = points.map(([vx, vy], at) => `${at === 0 ? "M" : "L"}${px(vx)} ${py(vy)}`).join("");
    const legendY = margin.top + 14 + index * 18;
    return [
      fitted ? fittedLine(points, px, py, colour) : `<path class="curve" stroke="${colour}" d="${path}"/>`,
      ...points.map(([vx, vy]) => `<circle cx="${px(vx)}" cy="${py(vy)}" r="3.5" fill="${colour}"/>`),
      `<circle cx="${margin.left + 14}" cy="${legendY - 4}" r="4" fill="${colour}"/><text x="${margin.left + 24}" y="${legendY}">${escaped(name)}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    "<style>text{font:12px system-ui,sans-serif;fill:#333}.grid{stroke:#ddd}.curve{fill:none;stroke-width:2}</style>",
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${margin.left}" y="24" style="font-size:15px;font-weight:600">${escaped(title)}</text>`,
    ...grid,
    ...curves,
    `<text x="${margin.left + inner.width / 2}" y="${height - 14}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(18 ${margin.top + inner.height / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

function fittedLine(
  points: readonly Point[],
  px: (value: number) => string,
  py: (value: number) => string,
  colour: string | undefined,
): string {
  const { a, b } = fit(points);
  const most = Math.max(...points.map(([x]) => x));
  return `<path class="curve" stroke="${colour}" stroke-dasharray="6 4" d="M${px(0)} ${py(Math.max(0, a))}L${px(most)} ${py(a + b * most)}"/>`;
}
