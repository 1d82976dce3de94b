import icon from "./public/icon.svg?raw";

const most = 99;

/** Shows a number in the page's icon, where a pinned tab has nothing else, and on the icon of the installed page. */
export function badge(count: number): void {
  const link = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (link) link.href = count > 0 ? `data:image/svg+xml,${encodeURIComponent(withNumber(count))}` : "/icon.svg";
  const { setAppBadge } = navigator;
  // Not every browser lets every page.
  if (setAppBadge) setAppBadge.call(navigator, count).catch(() => {});
}

function withNumber(count: number): string {
  const text = count > most ? `${most}+` : `${count}`;
  const width = 22 + text.length * 14;
  const mark = `<rect x="${64 - width}" y="28" width="${width}" height="36" rx="18" fill="#c2410c"/>
    <text x="${64 - width / 2}" y="56" text-anchor="middle" font-family="system-ui,sans-serif" font-weight="700" font-size="28" fill="#fff">${text}</text>`;
  return icon.replace("</svg>", `${mark}</svg>`);
}
