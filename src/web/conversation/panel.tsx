import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

interface PanelProps {
  /** What it belongs to, and stands beside. */
  readonly anchor: RefObject<HTMLElement | null>;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Between the panel and the edges of the window. */
const marginPx = 8;

/** A small card above everything else, beside what opened it. Escape or a click elsewhere closes it. */
export function Panel({ anchor, label, onClose, children }: PanelProps) {
  const panel = useRef<HTMLFieldSetElement>(null);
  const place = () => {
    const { current: card } = panel;
    const beside = anchor.current?.getBoundingClientRect();
    if (!card || !beside) return;
    const { width, height } = card.getBoundingClientRect();
    const left = Math.min(beside.right - width / 2, innerWidth - width - marginPx);
    const above = beside.top - height - marginPx;
    const top = above >= marginPx ? above : Math.min(beside.bottom + marginPx, innerHeight - height - marginPx);
    card.style.left = `${Math.max(marginPx, left)}px`;
    card.style.top = `${Math.max(marginPx, top)}px`;
  };
  useLayoutEffect(() => {
    panel.current?.showPopover();
    place();
    panel.current?.querySelector("button")?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    const onPointer = ({ target }: Event) => {
      const isInside = target instanceof Node && (panel.current?.contains(target) || anchor.current?.contains(target));
      if (!isInside) onClose();
    };
    // What is in it may become something else, of another size.
    const sizes = new ResizeObserver(place);
    if (panel.current) sizes.observe(panel.current);
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("scroll", place, { capture: true, passive: true });
    window.addEventListener("resize", place);
    return () => {
      sizes.disconnect();
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("scroll", place, { capture: true });
      window.removeEventListener("resize", place);
    };
  }, [onClose]);
  return (
    <fieldset
      ref={panel}
      class="panel"
      popover="manual"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      {children}
    </fieldset>
  );
}
