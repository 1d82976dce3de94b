import assert from "node:assert/strict";

/** What a server tells Prometheus: every value under its name with its labels, as it is written. */
export async function readMetrics(url: string): Promise<(series: string) => number | undefined> {
  const answer = await fetch(`${url}/metrics`);
  assert.equal(answer.status, 200);
  const lines = (await answer.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const values = new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))] as const;
    }),
  );
  return (series) => values.get(series);
}
