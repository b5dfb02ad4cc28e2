import { expect, test } from "vitest";
import { NO_SETTINGS, quoted, settingLines, settingsBeyond } from "./settings.ts";

const withValues = (values: Record<string, string>) => ({
  ...NO_SETTINGS,
  values: new Map(Object.entries(values)),
});

test("what differs from a plain server is carried over, but not what belongs to one process", () => {
  const plain = withValues({ databases: "16", hz: "10", port: "1", "notify-keyspace-events": "" });
  const own = withValues({
    databases: "64",
    hz: "10",
    "notify-keyspace-events": "AKE",
    "maxmemory-policy": "allkeys-lru",
    port: "6379",
    bind: "* -::*",
    requirepass: "secret",
    masterauth: "secret",
    save: "3600 1",
    appendonly: "yes",
    "aof-use-rdb-preamble": "no",
    "auto-aof-rewrite-percentage": "50",
    dir: "/data",
    logfile: "/var/log/x",
    "tls-port": "6380",
    "cluster-enabled": "yes",
    "replica-priority": "1",
    "io-threads": "4",
    maxclients: "4064",
    "oom-score-adj": "yes",
    server_cpulist: "0",
  });
  expect(Object.fromEntries(settingsBeyond(own, plain))).toEqual({
    databases: "64",
    "notify-keyspace-events": "AKE",
    "maxmemory-policy": "allkeys-lru",
  });
});

test("settings become lines of a configuration file", () => {
  const settings = {
    modules: ["loadmodule /m.so A"],
    users: ["user app on #abc ~* +@all"],
    values: new Map([
      ["databases", "64"],
      ["notify-keyspace-events", ""],
      ["client-output-buffer-limit", "normal 0 0 0 slave 1 2 3 pubsub 4 5 6"],
    ]),
  };
  expect(settingLines(settings)).toEqual([
    "loadmodule /m.so A",
    "databases 64",
    'notify-keyspace-events ""',
    "client-output-buffer-limit normal 0 0 0",
    "client-output-buffer-limit slave 1 2 3",
    "client-output-buffer-limit pubsub 4 5 6",
    "user app on #abc ~* +@all",
  ]);
});

test("a value cannot break out of its line", () => {
  expect(quoted('a b"c\\d\nrequirepass x')).toBe('"a b\\x22c\\x5cd\\x0arequirepass x"');
  expect(quoted("ü")).toBe('"\\xc3\\xbc"');
});
