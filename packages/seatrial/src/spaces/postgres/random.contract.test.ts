import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { postgresKind } from "./index.ts";
import { fingerprintOf } from "./testing/fingerprint.ts";
import { ACTS, carryOut, chanceOf } from "./testing/random-programs.ts";
import { makerOptions, planOf, startPostgres, type TestServer } from "./testing/server.ts";

const seed = Number(process.env["SEATRIAL_SEED"] ?? randomInt(2 ** 31));
const ROUNDS = Number(process.env["SEATRIAL_ROUNDS"] ?? 60);
const prefix = "st_0123abcd_";
/** The kind that is there for its error. */
const FAILING = "an error in a transaction";
const signal = new AbortController().signal;
let real: TestServer;

beforeAll(async () => {
  real = await startPostgres();
}, 120_000);
afterAll(async () => {
  await real?.[Symbol.asyncDispose]();
});

// What the server says of it, too.
beforeEach(({ onTestFailed }) => onTestFailed(() => void process.stderr.write(real.log())));

describe(`whatever tests did to a space (seed ${seed}), the next one`, () => {
  test.each([
    ["auto", ROUNDS],
    ["connected", ROUNDS],
  ] as const)("finds it as a new one (reuse: %s)", { timeout: 240_000 }, async (reuse, rounds) => {
    const chance = chanceOf(seed);
    const kinds = Object.keys(ACTS);
    const shop = join(import.meta.dirname, "testing/shop.sql");
    const plan = planOf([{ kind: "files", files: [shop] }], { reuse });
    await using maker = await postgresKind.open(makerOptions(real.server, { prefix: `${prefix}t0_`, plan }));
    let made = 1;
    let space = await maker.make(`${prefix}${made}`, signal);
    const clean = await fingerprintOf(real, space);
    const done = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const story: string[] = [];
      const open: Client[] = [];
      const count = 1 + chance.below(4);
      for (let step = 0; step < count; step += 1) {
        // Each kind has its turn, whatever chance says.
        const kind = step === 0 ? (kinds[round % kinds.length] ?? "") : chance.pick(kinds);
        const statements = ACTS[kind]?.(chance, space.name) ?? "";
        const client =
          open.length > 0 && chance.below(2) === 0
            ? chance.pick(open)
            : await real.connectTo(space).catch(() => undefined);
        if (client === undefined) continue;
        if (!open.includes(client)) open.push(client);
        // A lock of another connection is nothing to wait for.
        await client.query("SET lock_timeout = '200ms'").catch(() => undefined);
        const error = await carryOut(client, statements);
        story.push(`${kind}: ${statements}${error === undefined ? "" : ` -- ${error}`}`);
        if (error === undefined || kind === FAILING) done.add(kind);
      }
      // Some are closed, some leak.
      for (const client of open) if (chance.below(2) === 0) await client.end();
      // Nobody waits for it: whatever comes next does.
      const labelling = chance.below(2) === 0 ? maker.label(space.name, `round ${round}`, signal) : undefined;
      if (labelling !== undefined) story.push("its label");
      const isReset = await maker.reset(space, signal);
      await labelling;
      if (!isReset) {
        await maker.drop(space.name, signal);
        made += 1;
        space = await maker.make(`${prefix}${made}`, signal);
      }
      const told = `seed ${seed}, reuse ${reuse}, round ${round}, ${isReset ? "put back" : "made anew"} after\n${story.join("\n")}`;
      expect(await fingerprintOf(real, space), told).toBe(clean);
      await Promise.all(open.map((client) => client.end()));
    }
    await maker.drop(space.name, signal);
    expect(await maker.list(prefix, signal)).toEqual([]);
    // What the programs are worth: every kind was carried out, and most of what can be put back was.
    expect(kinds.filter((kind) => !done.has(kind))).toEqual([]);
    expect(rounds + 1 - made).toBeGreaterThan(rounds / 4);
  });
});
