/**
 * Follows a link within the page. With a key that asks the browser for another tab, a window or a download, or by another
 * button, it is the browser's.
 */
export const follow =
  (go: () => void) =>
  (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    go();
  };
