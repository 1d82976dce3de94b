import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSay } from "../state/page.ts";
import { Icon } from "./icon.tsx";
import "../styles/sheet.css";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A card over everything else. Escape, the button, or a click beside it closes; the focus returns to where it was. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the effects of what is in it, which may take the focus from the button.
  useLayoutEffect(() => {
    const open = dialog.current;
    open?.showModal();
    return () => open?.close();
  }, []);
  return (
    <dialog ref={dialog} class="sheet" aria-label={title} onClose={onClose}>
      {/* For a pointer; the keyboard has Escape and the button. */}
      <button type="button" class="sheet-shade" tabIndex={-1} aria-hidden="true" onClick={onClose} />
      <div class="sheet-card">
        <header class="sheet-head">
          <h2>{title}</h2>
          <button type="button" class="round" autofocus aria-label={say("drawer.close")} onClick={onClose}>
            <Icon of="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
