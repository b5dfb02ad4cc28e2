import { expect, it } from "vitest";
import { describeReceipt } from "./describe-receipt.ts";
import { makeReleaseWorld } from "./testing/world.ts";

it("a release says what its image cost: nothing where the registry had it, a push where it had not", async () => {
  const detail = async (pushed: boolean) => {
    const { receipt } = await makeReleaseWorld().release({ pushed });
    return describeReceipt(receipt).detail;
  };
  expect(await detail(false)).toBe("0 bytes uploaded");
  expect(await detail(true)).toBe("pushed once, then 0 bytes uploaded");
});

it("a release says how much it uploaded itself", async () => {
  const { receipt } = await makeReleaseWorld().release();
  expect(describeReceipt({ ...receipt, imageBytesUp: 50 }).detail).toBe("50 B uploaded");
});
