import { initial, nameHue } from "../logic/names.ts";

/** The colour of a name, for the style sheets to mix. */
const coloured = (name: string) => ({ "--hue": `${nameHue(name)}` });

export function Avatar({ name }: { readonly name: string }) {
  return (
    <span class="avatar" style={coloured(name)} aria-hidden="true">
      {initial(name)}
    </span>
  );
}

export function Name({ name }: { readonly name: string }) {
  return (
    <bdi class="name" style={coloured(name)}>
      {name}
    </bdi>
  );
}
