import type { LookupAddress } from "node:dns";
import { isIP } from "node:net";
import { expect, test } from "vitest";
import { isLoopback, lookupLoopback } from "./loopback.ts";

test.each([
  ["127.0.0.1", true],
  ["127.8.9.1", true],
  ["::1", true],
  ["[::1]", true],
  ["localhost", true],
  ["App.LocalHost", true],
  ["localhost.example.com", false],
  ["mylocalhost", false],
  ["localhost.", false],
  ["127.0.0.1.example.com", false],
  ["128.0.0.1", false],
  ["0.0.0.0", false],
  ["[::]", false],
  ["[::ffff:10.0.0.1]", false],
])("%s: %s", (host, isIt) => {
  expect(isLoopback(host)).toBe(isIt);
});

test.each([true, false])("any name has addresses of this machine only (all of them: %s)", (all) => {
  const told: string[] = [];
  lookupLoopback("app.localhost", { all }, (_error, found, _family) => {
    const list: LookupAddress[] = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
    told.push(...list.map(({ address }) => address));
  });
  expect(told).toEqual(all ? ["127.0.0.1", "::1"] : ["127.0.0.1"]);
  expect(told.every(isLoopback)).toBe(true);
});
