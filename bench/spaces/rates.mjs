// How many tests a second get a clean database, work in it and give it back.
import { median } from "../measure.mjs";
import { markdown, ms, quantile } from "./numbers.mjs";
import { ROWS, TABLES } from "./schema.mjs";
import { serverCpu, WORKERS } from "./server.mjs";

const DURATIONS = [0, 20, 100];
const WARM_UP_MS = 1500;
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
        const seen = await sustain(bench, { ...each, testMs });
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
  const heads = DURATIONS.map((testMs) => `tests of ${testMs} ms`);
  const rates = CONTESTANTS.map((each) => [
    each.name,
    ...DURATIONS.flatMap((testMs) => {
      const rate = of(each, testMs, "rate");
      return [rate.toFixed(1), (rate / of(base, testMs, "rate")).toFixed(2)];
    }),
  ]);
  const waits = CONTESTANTS.slice(0, 6).map((each) => [
    each.name,
    ...DURATIONS.map((testMs) => ms(of(each, testMs, "wait"))),
  ]);
  const costs = CONTESTANTS.map((each) => [
    each.name,
    ...["server", "broker", "tests"].map((what) => ms(of(each, 0, what))),
  ]);
  return [
    `### Tests a second: ${WORKERS} workers, ${TABLES} tables with ${ROWS} rows each, ${WINDOW_MS / 1000} s a round`,
    markdown([["contestant", ...heads.flatMap((head) => [head, "ratio to CREATE"])], ...rates]),
    "How long a test waits for its database meanwhile:",
    markdown([["contestant", ...heads], ...waits]),
    "Time of processors for each test of 0 ms:",
    markdown([["contestant", "server", "broker", "tests' own process"], ...costs]),
  ].join("\n\n");
}

async function sustain({ ask, owner, name }, { contestant, space, change, testMs }) {
  const look = async () => {
    const { user, system } = (await owner.ask({ ask: "look" })).cpu;
    return { server: await serverCpu(name), broker: user + system };
  };
  // What one leaves to be tidied up is no work of the next one's.
  await owner.ask({ ask: "settle" });
  const before = await look();
  const message = { command: "sustain", workers: WORKERS, warmUpMs: WARM_UP_MS, windowMs: WINDOW_MS };
  const { perSecond, takes, total, cpu } = await ask({
    ...message,
    ...{ contestant, space, change, testMs },
  });
  const after = await look();
  const each = (what) => (after[what] - before[what]) / 1000 / total;
  return {
    rate: perSecond,
    wait: quantile(takes, 0.5),
    worst: quantile(takes, 0.99),
    server: each("server"),
    broker: each("broker"),
    tests: (cpu.user + cpu.system) / 1000 / total,
  };
}
