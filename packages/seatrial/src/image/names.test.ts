import { expect, it } from "vitest";
import { bakeName, runTag, stableTag, tagPart } from "./names.ts";

const RUN = "20250101-000000-abcdef";

it("names images by project and target, a run's hold with the run", () => {
  expect(stableTag({ project: "shop", key: "Release" })).toBe("seatrial/shop:Release");
  expect(runTag({ project: "shop", key: "release", run: RUN })).toBe(`seatrial/shop:release.${RUN}`);
});

it("gives each key a name of its own, also where a tag cannot hold it as it is", () => {
  const long = "x".repeat(200);
  const keys = [
    ...["unit.test", "unit-test", "unit_test", "Unit-test", "unit-test.1"],
    ...["service:api", "service-api", "service_api", "service:API", "service:a.pi", "service:a-pi"],
    ...[long, `${long}y`, long.slice(0, 80)],
  ];
  for (const name of [tagPart, bakeName]) expect(new Set(keys.map(name)).size).toBe(keys.length);
  for (const key of keys) {
    expect(bakeName(key)).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(runTag({ project: "shop", key, run: RUN })).toMatch(/^[^:]+:[\w][\w.-]{0,127}$/);
  }
});
