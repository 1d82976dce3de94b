import type { Client } from "pg";
import type { NodeId } from "../core/hints.ts";
import type { NameKey } from "../core/name-keys.ts";
import { endedLeaseMs, leaseMs, type NameClaim, type NameRegister } from "../core/name-register.ts";
import type { UserId } from "../protocol/ids.ts";
import { statement } from "./postgres-query.ts";

/**
 * Nodes that have not said for too long that they live, with what they alone had claimed; by a node that said so itself
 * in time, so that after an outage nobody loses anything to who is back first.
 */
const forgetSilent = statement(
  "forget-silent-nodes",
  `WITH gone AS (
     DELETE FROM parlance.node WHERE until < now()
       AND EXISTS (SELECT FROM parlance.node AS me WHERE me.id = $1 AND me.until > now())
     RETURNING id
   )
   DELETE FROM parlance.name_claim WHERE EXISTS (SELECT FROM gone) AND NOT EXISTS (
     SELECT FROM parlance.node WHERE id = ANY (nodes) AND id NOT IN (SELECT id FROM gone)
   )`,
);
// Two statements: one alone would take for its own what another node deletes while it waits for that.
const renew = statement("renew-node", "UPDATE parlance.node SET until = now() + $2 * interval '1 ms' WHERE id = $1");
const enter = statement(
  "enter-node",
  "INSERT INTO parlance.node (id, until) VALUES ($1, now() + $2 * interval '1 ms') ON CONFLICT DO NOTHING",
);
const part = statement("part-node", "UPDATE parlance.node SET until = now() + $2 * interval '1 ms' WHERE id = $1");

/** A claim lives by the nodes that still do. Rows are locked in the order of their keys, here and below. */
const claim = statement(
  "claim-names",
  `INSERT INTO parlance.name_claim AS held (key, user_id, nodes)
   SELECT key, user_id, ARRAY[$1::text] FROM unnest($2::text[], $3::text[]) AS wanted (key, user_id) ORDER BY key
   ON CONFLICT (key) DO UPDATE SET user_id = excluded.user_id, nodes = CASE
     WHEN held.user_id <> excluded.user_id THEN excluded.nodes
     ELSE ARRAY(SELECT id FROM parlance.node WHERE id = ANY (held.nodes) AND id <> $1) || excluded.nodes END
   WHERE held.user_id = excluded.user_id OR NOT EXISTS (SELECT FROM parlance.node WHERE id = ANY (held.nodes))
   RETURNING key`,
);
const release = statement(
  "release-names",
  `WITH held AS (
     SELECT key, EXISTS (SELECT FROM parlance.node WHERE id = ANY (nodes) AND id <> $1) AS is_kept
     FROM parlance.name_claim JOIN unnest($2::text[], $3::text[]) AS given (key, user_id) USING (key, user_id)
     ORDER BY key FOR UPDATE OF name_claim
   ), left_to_others AS (
     UPDATE parlance.name_claim AS claim SET nodes = array_remove(nodes, $1)
     FROM held WHERE claim.key = held.key AND held.is_kept
   )
   DELETE FROM parlance.name_claim AS claim USING held WHERE claim.key = held.key AND NOT held.is_kept`,
);
const taken = statement(
  "taken-names",
  `SELECT key FROM parlance.name_claim WHERE key = ANY ($2::text[]) AND user_id <> $1
     AND EXISTS (SELECT FROM parlance.node WHERE id = ANY (nodes))`,
);

const arraysOf = (claims: readonly NameClaim[]) => [claims.map(({ key }) => key), claims.map(({ user }) => user)];

/** The register of names that the nodes on one Postgres share. Time is Postgres's own. */
export class PostgresNames implements NameRegister {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async renew(node: NodeId): Promise<boolean> {
    const [, { rowCount }] = await Promise.all([
      this.#client.query({ ...forgetSilent, values: [node] }),
      this.#client.query({ ...renew, values: [node, leaseMs] }),
      this.#client.query({ ...enter, values: [node, leaseMs] }),
    ]);
    return rowCount === 1;
  }

  async claim(node: NodeId, claims: readonly NameClaim[]): Promise<ReadonlySet<NameKey>> {
    const { rows } = await this.#client.query<{ key: NameKey }>({ ...claim, values: [node, ...arraysOf(claims)] });
    return new Set(rows.map(({ key }) => key));
  }

  async release(node: NodeId, claims: readonly NameClaim[]): Promise<void> {
    await this.#client.query({ ...release, values: [node, ...arraysOf(claims)] });
  }

  async taken(user: UserId, keys: readonly NameKey[]): Promise<ReadonlySet<NameKey>> {
    const { rows } = await this.#client.query<{ key: NameKey }>({ ...taken, values: [user, keys] });
    return new Set(rows.map(({ key }) => key));
  }

  async part(node: NodeId): Promise<void> {
    await this.#client.query({ ...part, values: [node, endedLeaseMs] });
  }
}
