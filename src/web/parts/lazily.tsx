import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

/** A part that is fetched when it is first shown. Without a line it is missing until it is shown again. */
export function lazily<P extends object>(fetchPart: () => Promise<ComponentType<P>>): ComponentType<P> {
  return function Lazy(props: P) {
    const part = useSignal<{ readonly Part: ComponentType<P> } | undefined>(undefined);
    useEffect(() => {
      fetchPart().then(
        (Part) => {
          part.value = { Part };
        },
        () => {},
      );
    }, []);
    return part.value ? <part.value.Part {...props} /> : null;
  };
}
