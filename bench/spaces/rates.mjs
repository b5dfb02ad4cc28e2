// How many tests a second get a clean database, work in it and give it back.
import { median } from "../measure.mjs";
import { markdown, ms, quantile } from "./numbers.mjs";
import { ROWS, TABLES } from "./schema.mjs";
import { serverCpu, WORKERS } from "./server.mjs";

const DURATIONS = [0, 20, 100];
/** Not measured: what a contestant makes at first is there afterwards. */
const WARM_UP_MS = 3000;
/** Not counted: until all workers are at work. */
const START_MS = 300;
const WINDOW_MS = 4000;

const CONTESTANTS = [
  { name: "ours, tests that change rows", contestant: "ours", space: "auto" },
  { name: "ours with `reuse: connected`, tests that change rows", contestant: "ours", space: "connected" },
  { name: "ours, tests that add a table", contestant: "ours", space: "auto", change: "adds" },
  {
    name: "ours with `reuse: connected`, tests that add a table",
    contestant: "ours",
    space: "connected",
    change: "adds",
  },
  {
    name: "ours, tests that change a table of the template",
    contestant: "ours",
    space: "auto",
    change: "alters",
  },
  { name: "CREATE DATABASE … TEMPLATE and DROP for each test", contestant: "create" },
  { name: "TRUNCATE of all tables, the template's rows lost", contestant: "truncate" },
  { name: "TRUNCATE of all tables, and the rows put back", contestant: "refill" },
];

export async function compareRates(bench) {
  const found = new Map(CONTESTANTS.map((each) => [each, new Map(DURATIONS.map((testMs) => [testMs, []]))]));
  for (let round = 1; round <= bench.rounds; round += 1)
    for (const testMs of DURATIONS)
      for (const each of CONTESTANTS) {
        const seen = await measure(bench, { ...each, testMs });
        found.get(each).get(testMs).push(seen);
        const { rate, wait, worst, server, broker, tests } = seen;
        const cpu = `${ms(server)} + ${ms(broker)} + ${ms(tests)} of processors`;
        const shown = `${rate.toFixed(1)} a second, waits ${ms(wait)} (p99 ${ms(worst)}), ${cpu}`;
        console.error(`round ${round} of ${bench.rounds}, ${testMs} ms, ${each.name}: ${shown}`);
      }
  const of = (each, testMs, what) =>
    median(
      found
        .get(each)
        .get(testMs)
        .map((seen) => seen[what]),
    );
  const base = CONTESTANTS.find(({ contestant }) => contestant === "create");
  const rates = CONTESTANTS.map((each) => [
    each.name,
    ...DURATIONS.flatMap((testMs) => {
      const rate = of(each, testMs, "rate");
      return [rate.toFixed(1), (rate / of(base, testMs, "rate")).toFixed(2)];
    }),
  ]);
  const heads = DURATIONS.flatMap((testMs, index) =>
    index === 0 ? [`tests of ${testMs} ms, a second`, "ratio to CREATE"] : [`of ${testMs} ms`, "ratio"],
  );
  const waits = CONTESTANTS.slice(0, 6).map((each) => [
    each.name,
    ...DURATIONS.map((testMs) => ms(of(each, testMs, "wait"))),
  ]);
  const costs = CONTESTANTS.map((each) => [
    each.name,
    ...["server", "broker", "tests", "together"].map((what) => ms(of(each, 0, what))),
  ]);
  return [
    `### Tests a second: ${WORKERS} workers, ${TABLES} tables with ${ROWS} rows each, ${WINDOW_MS / 1000} s a round`,
    markdown([["contestant", ...heads], ...rates]),
    "How long a test waits for its database meanwhile:",
    markdown([["contestant", ...DURATIONS.map((testMs) => `tests of ${testMs} ms`)], ...waits]),
    "Time of processors for each test of 0 ms:",
    markdown([["contestant", "server", "broker", "tests' own process", "together"], ...costs]),
  ].join("\n\n");
}

/** Nothing of the other contestants is in the server meanwhile but databases in which nobody works. */
async function measure(bench, { contestant, space, ...test }) {
  if (contestant !== "ours") return await count(bench, { contestant, ...test });
  return await bench.withBroker(space, (broker) => count(bench, { contestant, broker, space, ...test }));
}

async function count({ ask, owner, name }, test) {
  const look = async () => {
    const { user, system } = (await owner.ask({ ask: "look" })).cpu;
    return { server: await serverCpu(name), broker: user + system };
  };
  const sustain = { command: "sustain", workers: WORKERS, ...test };
  await ask({ ...sustain, warmUpMs: 0, windowMs: WARM_UP_MS });
  const before = await look();
  const { perSecond, takes, total, cpu } = await ask({ ...sustain, warmUpMs: START_MS, windowMs: WINDOW_MS });
  const after = await look();
  const each = (what) => (after[what] - before[what]) / 1000 / total;
  const costs = {
    server: each("server"),
    broker: test.broker === undefined ? 0 : each("broker"),
    tests: (cpu.user + cpu.system) / 1000 / total,
  };
  return {
    rate: perSecond,
    wait: quantile(takes, 0.5),
    worst: quantile(takes, 0.99),
    ...costs,
    together: costs.server + costs.broker + costs.tests,
  };
}
