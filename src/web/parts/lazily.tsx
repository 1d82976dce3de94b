import { signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Whether a part could not be fetched when it was last asked for. */
export const isPartMissing = signal(false);

/**
 * A part that is fetched when it is first shown. If it cannot be fetched it calls its own `onClose`, if it has one, so
 * that whoever shows it again tries again.
 */
export function lazily<P extends object>(fetchPart: () => Promise<ComponentType<P>>): ComponentType<P> {
  let Part: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const isHere = useSignal(Part !== undefined);
    useLayoutEffect(() => {
      if (Part) return;
      fetchPart().then(
        (part) => {
          Part = part;
          isHere.value = true;
          isPartMissing.value = false;
        },
        () => {
          isPartMissing.value = true;
          (props as { readonly onClose?: () => void }).onClose?.();
        },
      );
    }, []);
    return isHere.value && Part ? <Part {...props} /> : null;
  };
}
