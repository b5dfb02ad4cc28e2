import { expect, it } from "vitest";
import type { PushForRelease } from "./apply.ts";
import { describeReceipt } from "./describe-receipt.ts";
import { makeReleaseWorld } from "./testing/world.ts";

it("a release says what its image cost: nothing where the registry had it, a push where it had not", async () => {
  const traffic = { requests: 5, bytesUp: 0, blobBytesUp: 0, bytesDown: 900, blobsMounted: 0 };
  const detail = async (pushed?: PushForRelease) => {
    const { receipt } = await makeReleaseWorld().release({ pushed });
    return describeReceipt(receipt).detail;
  };
  expect(await detail()).toBe("0 bytes uploaded");
  expect(await detail({ isNew: false, traffic })).toBe("0 bytes uploaded");
  expect(await detail({ isNew: true, traffic })).toBe("pushed once");
});

it("a release says how much it uploaded itself", async () => {
  const { receipt } = await makeReleaseWorld().release();
  expect(describeReceipt({ ...receipt, imageBytesUp: 50 }).detail).toBe("50 B uploaded");
});

it("a release counts what it attested and what the registry mounted", async () => {
  const { receipt } = await makeReleaseWorld().release();
  const told = (count: number) => {
    const attestation = {
      suite: "unit",
      digest: receipt.digest ?? "sha256:0",
      keyId: "k",
      file: "f",
    } as const;
    const attestations = Array.from({ length: count }, () => attestation);
    const traffic = { ...receipt.traffic, blobsMounted: count };
    return describeReceipt({ ...receipt, attestations, traffic }).detail;
  };
  expect(told(1)).toBe("0 bytes uploaded, 1 layer mounted, 1 attestation");
  expect(told(2)).toBe("0 bytes uploaded, 2 layers mounted, 2 attestations");
});
