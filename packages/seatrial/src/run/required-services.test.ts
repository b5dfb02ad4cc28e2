import { describe, expect, it } from "vitest";
import type { ServiceDependency } from "../model/index.ts";
import { servicePlan } from "../services/testing/world.ts";
import { spacePlan } from "../spaces/testing/plan.ts";
import { planOfSuite, requiredServices } from "./required-services.ts";
import { planWith, suiteWith } from "./testing/plan.ts";

const on = (service: string, required = true): ServiceDependency => ({
  service,
  condition: "healthy",
  required,
});
const service = (name: string, ...dependsOn: ServiceDependency[]) => servicePlan({ name, dependsOn });

describe("a run cannot do without", () => {
  it("what its suites need, and what that requires, however deep", () => {
    const services = [
      service("a", on("b")),
      service("b", on("c")),
      service("c", on("x", false)),
      service("x"),
    ];
    const plan = planWith({ services, suites: [suiteWith({ needs: ["a"] })] });
    expect([...requiredServices(plan)].sort()).toEqual(["a", "b", "c"]);
  });

  it("what one thing requires, although another one could do without it", () => {
    const services = [service("a", on("x", false)), service("b", on("x")), service("x")];
    const plan = planWith({ services, suites: [suiteWith({ needs: ["a", "b"] })] });
    expect(requiredServices(plan)).toContain("x");
  });

  it("what a suite needs itself, although a service could do without it", () => {
    const services = [service("a", on("x", false)), service("x")];
    const plan = planWith({ services, suites: [suiteWith({ needs: ["a", "x"] })] });
    expect(requiredServices(plan)).toContain("x");
  });

  it("what is started for its own sake", () => {
    expect(
      [...requiredServices(planWith({ services: [service("a"), service("b", on("a"))] }))].sort(),
    ).toEqual(["a", "b"]);
  });
});

it("the plan of one suite has the services that come along with it, optional ones too, and no others", () => {
  const services = [service("a", on("x", false)), service("x"), service("other")];
  const suites = [suiteWith({ needs: ["a"] }), suiteWith({ name: "more", needs: ["other"] })];
  const plan = planOfSuite(planWith({ services, suites }), suites[0] ?? suiteWith());
  expect(plan.suites.map(({ name }) => name)).toEqual(["unit"]);
  expect(plan.services.map(({ spec }) => spec.name)).toEqual(["a", "x"]);
});

it("the plan of one suite makes spaces of its own services ready, and no others", () => {
  const services = [service("a"), service("other")];
  const spaces = [spacePlan({ name: "a", service: "a" }), spacePlan({ name: "more", service: "other" })];
  const suites = [suiteWith({ needs: ["a"] })];
  const whole = planWith({ services, suites, spaces, earlySpaces: ["a", "more"] });
  const plan = planOfSuite(whole, suites[0] ?? suiteWith());
  expect(plan.spaces.map(({ name }) => name)).toEqual(["a"]);
  expect(plan.earlySpaces).toEqual(["a"]);
});
