import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { usePage, useSay } from "../state/page.ts";
import { copyText } from "./copy.ts";
import { Icon } from "./icon.tsx";

/** How long it says that it has copied. */
const saidMs = 2_000;

/** Copies a text; says so. */
export function CopyButton({ text }: { readonly text: string }) {
  const say = useSay();
  const { clock } = usePage();
  const isCopied = useSignal(false);
  const cancel = useRef(() => {});
  useEffect(() => () => cancel.current(), []);
  return (
    <button
      type="button"
      class="copy"
      aria-label={say("code.copy")}
      title={say(isCopied.value ? "code.copied" : "code.copy")}
      onClick={async () => {
        isCopied.value = await copyText(text);
        cancel.current();
        cancel.current = clock.after(saidMs, () => {
          isCopied.value = false;
        });
      }}
    >
      <Icon of={isCopied.value ? "check" : "copy"} />
      <span class="aside" role="status">
        {isCopied.value && say("code.copied")}
      </span>
    </button>
  );
}
