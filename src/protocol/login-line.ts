/** A name and a passphrase as they are typed on one line, `NAME PASSPHRASE`; a name of several words stands in quotes. */
const form = /^\s*(?:"([^"]+)"|(\S+))\s+(\S.*)$/su;

/** Reads {@link form}; nothing is checked yet. `undefined` where one of the two is missing. */
export function splitLogin(line: string): { readonly name: string; readonly passphrase: string } | undefined {
  const [, quoted, plain, passphrase] = form.exec(line) ?? [];
  const name = quoted ?? plain;
  return name === undefined || passphrase === undefined ? undefined : { name, passphrase };
}
