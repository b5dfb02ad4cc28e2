import { expect, it } from "vitest";
import { messageOfOutput } from "./go-message.ts";

const failed = { status: "failed", failedSubtests: [] } as const;
const kept =
  "    orders_test.go:7: the space of postgres is kept until 12:30:00: seatrial space open 79f71a0b\n";

it("where a failed test's space is kept is not why it failed", () => {
  const reason = "    orders_test.go:9: got 2 orders,\n        want 3\n";
  expect(messageOfOutput({ ...failed, output: reason + kept })).toBe(
    "orders_test.go:9: got 2 orders,\n    want 3",
  );
});

it("a test that failed in a subtest says so beside its kept space", () => {
  const output = messageOfOutput({ status: "failed", failedSubtests: ["TestA/b"], output: kept });
  expect(output).toBe("failed in TestA/b");
});
