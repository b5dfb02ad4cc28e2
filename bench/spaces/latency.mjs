// How long a test waits for a space of the warm pool, over HTTP.
import { median } from "../measure.mjs";
import { markdown, ms, quantile } from "./numbers.mjs";

const COUNT = 250;
const WAYS = [
  { name: "one after the other, 20 ms between", pause: 20 },
  { name: "back to back", pause: 0 },
  { name: "in a container, through its relay, 20 ms between", pause: 20, isInside: true },
  { name: "in a container, through its relay, back to back", pause: 0, isInside: true },
];

export async function compareLatency(bench) {
  return await bench.withBroker("auto", (broker) => measure({ ...bench, broker }));
}

/** Median over the rounds of their quantiles. */
async function measure({ ask, askInside, owner, rounds, broker }) {
  const found = new Map(WAYS.map((way) => [way, { take: [], give: [] }]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const way of WAYS) {
      await owner.ask({ ask: "settle" });
      const message = { command: "latency", broker, count: COUNT, pause: way.pause };
      const times = await (way.isInside ? askInside(message) : ask(message));
      // The first round warms up.
      if (round === 0) continue;
      for (const what of ["take", "give"]) found.get(way)[what].push(times[what]);
    }
    console.error(`latency: round ${round} of ${rounds}`);
  }
  const rows = WAYS.map((way) => {
    const of = (what, share) => ms(median(found.get(way)[what].map((times) => quantile(times, share))));
    return [way.name, of("take", 0.5), of("take", 0.99), of("give", 0.5), of("give", 0.99)];
  });
  return [
    `### How long a test waits for a space: ${COUNT} requests a round`,
    markdown([["requests", "acquire p50", "acquire p99", "release p50", "release p99"], ...rows]),
  ].join("\n\n");
}
