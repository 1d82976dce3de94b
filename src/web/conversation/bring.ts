import { useEffect } from "preact/hooks";

/**
 * Text that is pasted or dropped anywhere on the page goes into the message. A file that is dropped stays out of it,
 * and does not take the page's place in the tab.
 */
export function useBroughtText(put: (text: string) => void): void {
  useEffect(() => {
    const isFree = ({ target }: Event) =>
      target instanceof Element && !target.closest("input, textarea, select, dialog[open]");
    const onPaste = (event: ClipboardEvent) => {
      const text = event.clipboardData?.getData("text/plain");
      if (!text || !isFree(event) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      put(text);
    };
    const onOver = (event: DragEvent) => {
      if (isFree(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent) => {
      const hasFiles = event.dataTransfer?.types.includes("Files") ?? false;
      if (!isFree(event) && !hasFiles) return;
      event.preventDefault();
      const text = event.dataTransfer?.getData("text/plain");
      if (text && !hasFiles && !document.querySelector("dialog[open]")) put(text);
    };
    document.addEventListener("paste", onPaste);
    document.addEventListener("dragover", onOver);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("paste", onPaste);
      document.removeEventListener("dragover", onOver);
      document.removeEventListener("drop", onDrop);
    };
  }, [put]);
}
