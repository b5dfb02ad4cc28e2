// A program: one process of tests, one test after the other, each in a space of its own. Prints lines of JSON. Ends with its input.
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { acquireSpace, type Space, SpaceError } from "../../../packages/seatrial/src/client/index.ts";
import { FRESH, LOOK } from "./content.ts";
import { createRandom } from "./random.ts";

export interface ClientOptions {
  url: string;
  token: string;
  name: string;
  seed: number;
}

export type ClientLine =
  /** Times are nanoseconds of the machine's own clock, the same for all processes. */
  | { type: "begin"; at: string; name: string }
  /** Printed before the space is given back. `disturbed`: the server or the broker went away meanwhile. */
  | { type: "end"; at: string; name: string; result: "clean" | "disturbed" }
  /** What must never be. */
  | { type: "fault"; name: string; what: string }
  | { type: "refused"; code: string };

const options: ClientOptions = JSON.parse(process.argv[2] ?? "{}");
const broker = { url: options.url, token: options.token };
const random = createRandom(options.seed);
const now = () => String(process.hrtime.bigint());
const say = (line: ClientLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Refusals that come of crashes. Any other one is a fault. */
const EXPECTED = new Set([
  "BROKER_UNREACHABLE",
  "BROKER_CLOSED",
  "SPACE_SERVER_LOST",
  "SPACE_NOT_MADE",
  "SPACE_UNKNOWN",
  // A session of an owner that is gone.
  "SPACE_REQUEST_INVALID",
]);

async function acquire(test: string): Promise<Space | undefined> {
  try {
    return await acquireSpace("postgres", { broker, test, wait: 30_000 });
  } catch (error) {
    if (!(error instanceof SpaceError)) throw error;
    if (EXPECTED.has(error.code)) say({ type: "refused", code: error.code });
    else say({ type: "fault", name: test, what: `${error.code}: ${error.message}` });
    await wait(50);
    return undefined;
  }
}

async function connect(space: Space): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: space.url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Works in the space, and says what is wrong with it. Rejects when the server went away. */
async function workIn(space: Space, mark: string): Promise<string | undefined> {
  const client = await connect(space);
  const found = await client.query(LOOK);
  const seen = JSON.stringify(found.rows[0]);
  if (seen !== FRESH) return `it was not fresh: ${seen}`;
  await client.query("INSERT INTO marks (mark) VALUES ($1)", [mark]);
  await client.query("UPDATE items SET amount = amount + $1 WHERE id = $2", [
    random.below(100),
    random.below(20),
  ]);
  if (random.chance(0.3)) await client.query("DELETE FROM items WHERE id > $1", [random.below(20)]);
  if (random.chance(0.15)) await client.query("CREATE TABLE added (id int); INSERT INTO added VALUES (1)");
  if (random.chance(0.1)) await client.query("ALTER ROLE CURRENT_USER SET work_mem TO '8MB'");
  if (random.chance(0.1)) {
    // A connection that nobody closes, in the middle of something.
    const left = await connect(space);
    await left.query("BEGIN; INSERT INTO items (name, amount) VALUES ('left', 1)");
  }
  await wait(random.below(20));
  const { rows } = await client.query("SELECT mark FROM marks");
  const marks = rows.map((row) => row.mark).join(", ");
  if (marks !== mark) return `it had the marks ${marks} in place of ${mark}`;
  if (random.chance(0.8)) await client.end();
  return undefined;
}

async function test(number: number): Promise<void> {
  const mark = `${options.name} test ${number}`;
  const space = await acquire(mark);
  if (space === undefined) return;
  const { name } = space;
  say({ type: "begin", at: now(), name });
  let result: "clean" | "disturbed" = "clean";
  try {
    const what = await workIn(space, mark);
    if (what !== undefined) say({ type: "fault", name, what });
  } catch {
    result = "disturbed";
  }
  say({ type: "end", at: now(), name, result });
  const outcome = random.chance(0.05) ? "failed" : result === "clean" ? "passed" : "unknown";
  await space.release({ outcome }).catch((error: unknown) => {
    if (!(error instanceof SpaceError) || !EXPECTED.has(error.code)) throw error;
  });
}

let isOver = false;
void once(process.stdin.resume(), "end").then(() => {
  isOver = true;
});
for (let number = 1; !isOver; number += 1) await test(number);
process.exit(0);
