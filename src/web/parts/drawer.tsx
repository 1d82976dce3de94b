import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSay } from "../state/page.ts";
import { Icon } from "./icon.tsx";

interface DrawerProps {
  readonly side: "start" | "end";
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A region that slides over the conversation. A modal dialog: the browser keeps the focus in it, Escape closes it. */
export function Drawer({ side, label, onClose, children }: DrawerProps) {
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const open = dialog.current;
    open?.showModal();
    return () => open?.close();
  }, []);
  return (
    <dialog ref={dialog} class={`drawer drawer-${side}`} aria-label={label} onClose={onClose}>
      {/* For a pointer; the keyboard has Escape and the button. */}
      <button type="button" class="drawer-shade" tabIndex={-1} aria-hidden="true" onClick={onClose} />
      <div class="drawer-body">
        <button type="button" class="round drawer-close" autofocus aria-label={say("drawer.close")} onClick={onClose}>
          <Icon of="close" />
        </button>
        {children}
      </div>
    </dialog>
  );
}
