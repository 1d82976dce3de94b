// RFC 854, RFC 856 (binary). No byte of UTF-8 is 255, so these cannot be taken for text.
const iac = 255;
const dont = 254;
const doIt = 253;
const wont = 252;
const will = 251;
const subnegotiation = 250;
const endOfSubnegotiation = 240;
const binary = 0;
/** Telnet has fewer options than this: who sends more in one piece is answered no further. */
const mostAnswers = 64;

/**
 * Takes the commands of a telnet client out of what it sends, and answers them. Without an answer
 * telnet shows nothing more after a key that it takes for an interruption; with `telnet -8` it
 * sends every letter as it is. A client of another kind sends none of these, and is sent none.
 */
export class TelnetCommands {
  readonly #answer: (bytes: Uint8Array) => void;
  /** The beginning of a command whose end has not come yet. */
  #begun = Buffer.alloc(0);
  #inSubnegotiation = false;
  #isFirst = true;
  readonly #agreed = new Set<number>();
  /** What the present piece of input is answered, with one write. */
  #answers: (readonly [command: number, option: number])[] = [];

  constructor(answer: (bytes: Uint8Array) => void) {
    this.#answer = answer;
  }

  /** What is left of a piece of input. */
  strip(chunk: Buffer): Buffer {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    // UTF-16 begins so, and no telnet: it is refused as text.
    if (isFirst && chunk[0] === iac && chunk[1] === dont) return chunk;
    if (this.#begun.length === 0 && !this.#inSubnegotiation && !chunk.includes(iac)) return chunk;
    const bytes = Buffer.concat([this.#begun, chunk]);
    this.#begun = Buffer.alloc(0);
    const text: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      const start = bytes.indexOf(iac, at);
      const plain = bytes.subarray(at, start === -1 ? bytes.length : start);
      if (!this.#inSubnegotiation) text.push(plain);
      if (start === -1) break;
      const length = this.#command(bytes.subarray(start, start + 3));
      if (length === 0) {
        this.#begun = bytes.subarray(start);
        break;
      }
      // 255 twice is the byte itself, which is no UTF-8; and so is 255 before what is no command.
      if (length === 1) text.push(bytes.subarray(start, start + 1));
      at = start + length;
    }
    if (this.#answers.length > 0) this.#answer(Uint8Array.from(this.#answers.flatMap((answer) => [iac, ...answer])));
    this.#answers = [];
    return Buffer.concat(text);
  }

  /** How many bytes a command has; 0 while it is not whole, 1 if it is none. */
  #command([, command, option]: Buffer): number {
    if (command === undefined) return 0;
    if (this.#inSubnegotiation) {
      this.#inSubnegotiation = command !== endOfSubnegotiation;
      return 2;
    }
    if (command === subnegotiation) {
      this.#inSubnegotiation = true;
      return 2;
    }
    if (command < endOfSubnegotiation || command === iac) return 1;
    if (command < will) return 2;
    if (option === undefined) return 0;
    this.#negotiate(command, option);
    return 3;
  }

  /** Agrees to binary, once in each direction, and to nothing else. */
  #negotiate(command: number, option: number): void {
    if (command !== doIt && command !== will) return;
    const [yes, no] = command === doIt ? [will, wont] : [doIt, dont];
    if (this.#answers.length === mostAnswers) return;
    if (option !== binary) return void this.#answers.push([no, option]);
    if (this.#agreed.has(command)) return;
    this.#agreed.add(command);
    this.#answers.push([yes, option]);
  }
}
