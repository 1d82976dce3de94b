import { doctorWords } from "../locales/doctor.ts";
import type { Language } from "../locales/words.ts";
import { checks, examine } from "../ops/doctor.ts";
import { Target } from "../ops/probe.ts";
import { parseServerAddress } from "../terminal/talk.ts";
import { textWidth } from "../terminal/width.ts";
import { exitCodes, UsageError } from "./exit.ts";

export interface DoctorOptions {
  readonly url: string;
  /** As they were typed. */
  readonly tcpPort: string;
  readonly tcpEchoPort: string;
  /** The server's access key. [D6] */
  readonly key: string | undefined;
  readonly language: Language;
}

/** Where the doctor says what it says, wherever a gateway lets it choose: nobody is disturbed in a room of its own. */
const room = "parlance-doctor";

function parsePort(flag: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new UsageError(`${flag} got ${JSON.stringify(text)}, but takes a port from 1 to 65535.`);
}

/** `parlance doctor`: tries every gateway of a server, a line each; whether all work is the exit status. */
export async function doctor({ url, tcpPort, tcpEchoPort, key, language }: DoctorOptions): Promise<number> {
  const address = parseServerAddress(url)?.replace(/^ws/i, "http");
  if (address === undefined)
    throw new UsageError(`${JSON.stringify(url)} is no address. Give one like http://localhost:8765.`);
  const ports = { tcpPort: parsePort("--tcp-port", tcpPort), tcpEchoPort: parsePort("--tcp-echo-port", tcpEchoPort) };
  const speak = doctorWords[language];
  const target = new Target({ url: new URL(address), room, key, ...ports });
  const width = Math.max(...checks.map((check) => textWidth(speak(`gateway.${check}`))));
  const print = (line: string) => process.stdout.write(`${line}\n`);
  print(speak("examining", { url: address }));
  let isHealthy = true;
  for await (const finding of examine(target)) {
    const name = speak(`gateway.${finding.check}`);
    const padded = name + " ".repeat(width - textWidth(name));
    if (finding.ok) print(`✅ ${padded}  ${speak("works", { latency: finding.latencyMs.toFixed(1) })}`);
    else print(`❌ ${padded}  ${speak(finding.trouble.kind, finding.trouble.params)}`);
    isHealthy &&= finding.ok;
  }
  if (isHealthy) print(speak("healthy"));
  return isHealthy ? exitCodes.done : exitCodes.failed;
}
