import { useSay } from "../state/page.ts";

export function Brand() {
  const say = useSay();
  return (
    <span class="brand">
      <img class="brand-mark" src="/icon.svg" alt="" width="64" height="64" />
      <span class="brand-name">{say("app.name")}</span>
    </span>
  );
}
