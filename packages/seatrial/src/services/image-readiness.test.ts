import { expect, test } from "vitest";
import type { ImageConfig, ProbeSpec } from "../model/index.ts";
import { readinessOf } from "./image-readiness.ts";
import { servicePlan } from "./testing/world.ts";

const own: ProbeSpec = { kind: "tcp", port: 8080 };
const health = (...words: string[]) => ({ test: words });

function probes(image: Partial<ImageConfig>, options: { asksImage: boolean; probes?: ProbeSpec[] }) {
  const plan = servicePlan(
    { readiness: { probes: options.probes ?? [], deadline: 60_000 } },
    { asksImage: options.asksImage },
  );
  const config: ImageConfig = {
    user: "",
    env: {},
    entrypoint: [],
    command: [],
    workingDir: "",
    volumes: [],
    ports: [],
    labels: {},
    ...image,
  };
  return readinessOf(plan, config).probes;
}

test("the image is not asked where something else says how", () => {
  const image = { healthcheck: health("CMD", "check"), ports: [1] };
  expect(probes(image, { asksImage: false, probes: [own] })).toEqual([own]);
  expect(probes(image, { asksImage: false })).toEqual([]);
});

test("the image's health check comes before the service's first port, as Compose would ask it", () => {
  const image = { healthcheck: { ...health("CMD", "check", "-q"), timeoutMs: 3_000 }, ports: [1] };
  const asked = [{ kind: "command", argv: ["check", "-q"], timeout: 3_000 }];
  expect(probes(image, { asksImage: true, probes: [own] })).toEqual(asked);
});

test("a health check in shell form is run by the shell, with Docker's own limit", () => {
  expect(
    probes({ healthcheck: health("CMD-SHELL", "curl -f localhost || exit 1") }, { asksImage: true }),
  ).toEqual([{ kind: "command", argv: ["/bin/sh", "-c", "curl -f localhost || exit 1"], timeout: 30_000 }]);
});

test("a health check that is switched off or empty says nothing", () => {
  for (const healthcheck of [health("NONE"), health("CMD"), health(), undefined]) {
    expect(probes({ healthcheck, ports: [5000, 6000] }, { asksImage: true })).toEqual([
      { kind: "tcp", port: 5000 },
    ]);
  }
});

test("the service's own first port comes before the image's, which may expose what it does not serve", () => {
  expect(probes({ ports: [5000] }, { asksImage: true, probes: [own] })).toEqual([own]);
});

test("where nothing says how, started is ready", () => {
  expect(probes({}, { asksImage: true })).toEqual([]);
});
