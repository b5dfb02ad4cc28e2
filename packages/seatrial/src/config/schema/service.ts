import * as v from "valibot";
import { PRESETS } from "../ready.ts";
import { field, section } from "./section.ts";
import { duration, flag, number, pool, ready } from "./values.ts";

/** What Seatrial should do differently for one service of the Compose file. */
export const serviceSchema = section(
  {
    ready: field(
      ready,
      "How to learn that it is ready. Default: its preset, health check or first port.",
      "http://:8000/healthz",
      "tcp://:6379",
    ),
    preset: field(
      v.picklist([...PRESETS, "none"], `one of ${PRESETS.join(", ")}, none`),
      "What kind of server it is. Default: known from its image.",
      "postgres",
    ),
    durable: field(
      flag,
      "Keep the server's own durability settings: a database then writes to disk as in production. Default: false.",
    ),
    snapshot: field(flag, "false: never keep or use its state after first boot. Default: true."),
    deadline: field(duration, "How long it may take to become ready. Default: 60s.", "2m"),
  },
  { synonyms: { snapshots: "snapshot", timeout: "deadline", healthcheck: "ready" } },
);

export const networkSchema = section(
  {
    pool: field(
      pool,
      "Where the small networks of runs are taken from. Default: 10.213.0.0/16.",
      "10.213.0.0/16",
    ),
    size: field(
      number({ least: 16, most: 29 }),
      "The prefix length of one run's network. Default: 26, 61 containers.",
      26,
    ),
  },
  {
    rules({ pool: text, size }, report) {
      const prefix = Number((text ?? "10.213.0.0/16").split("/")[1]);
      const length = size ?? 26;
      if (length < prefix)
        report(
          size === undefined ? "pool" : "size",
          `a network of size /${length} does not fit into a pool of /${prefix}`,
        );
    },
  },
);
