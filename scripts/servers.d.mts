/** A server that some tests start for themselves, which not every machine has. */
export interface TestServerProgram {
  readonly name: string;
  /** The folder that it is in; `undefined` if it is not installed. */
  readonly folder: string | undefined;
  /** Debian's name for it. */
  readonly debian: string;
}
export const postgres: TestServerProgram;
export const nats: TestServerProgram;
export const redis: TestServerProgram;
