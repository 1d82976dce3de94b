/** Puts a text on the clipboard. Whether the browser let it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without TLS there is no such thing as `navigator.clipboard`.
    const onCopy = (event: ClipboardEvent) => {
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
    };
    document.addEventListener("copy", onCopy, { once: true });
    const isCopied = document.execCommand("copy");
    document.removeEventListener("copy", onCopy);
    return isCopied;
  }
}
