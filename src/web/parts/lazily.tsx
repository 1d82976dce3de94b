import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** A part that is fetched when it is first shown. Without a line it is missing until it is shown again. */
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
        },
        () => {},
      );
    }, []);
    return isHere.value && Part ? <Part {...props} /> : null;
  };
}
