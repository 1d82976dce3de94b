// The icons that systems want as pictures, drawn from src/web/public/icon.svg beside them. `npm run icons`
import { readFileSync, writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";
import { chromium } from "playwright-core";
import { browserOptions } from "./browser.mjs";

const folder = new URL("../src/web/public/", import.meta.url);
const svg = readFileSync(new URL("icon.svg", folder), "utf8");
/** A system may cut a maskable icon to any shape: its ground goes to the edge, and what matters stands within 80 %. */
const maskable = svg.replace('rx="17"', "");

const icons = [
  ["icon-192.png", 192, svg],
  ["icon-512.png", 512, svg],
  ["icon-maskable-192.png", 192, maskable],
  ["icon-maskable-512.png", 512, maskable],
] as const;

/** A part of a PNG file. PNG §5.3 */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A PNG of RGBA pixels: each as its difference from the one to its left, a third of the browser's own in size. */
function png(size: number, pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6], 8);
  const width = size * 4;
  const rows = Buffer.alloc((width + 1) * size);
  for (let y = 0; y < size; y++) {
    const row = y * (width + 1);
    rows[row] = 1;
    for (let x = 0; x < width; x++) {
      const left = x < 4 ? 0 : (pixels[y * width + x - 4] ?? 0);
      rows[row + 1 + x] = (pixels[y * width + x] ?? 0) - left;
    }
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

/** Runs in the browser: draws the icon, and gives its pixels. */
const draw = (drawing: string, size: number) => `(async () => {
  const image = new Image(${size}, ${size});
  image.src = "data:image/svg+xml," + encodeURIComponent(${JSON.stringify(drawing)});
  await image.decode();
  const context = new OffscreenCanvas(${size}, ${size}).getContext("2d");
  context.drawImage(image, 0, 0, ${size}, ${size});
  return Array.from(context.getImageData(0, 0, ${size}, ${size}).data);
})()`;

const browser = await chromium.launch(browserOptions());
try {
  const page = await browser.newPage();
  for (const [file, size, drawing] of icons) {
    const pixels = await page.evaluate<number[]>(draw(drawing, size));
    writeFileSync(new URL(file, folder), png(size, Uint8Array.from(pixels)));
  }
} finally {
  await browser.close();
}
