import { describe, expect, it } from "vitest";
import { lentCapabilities } from "./capabilities.ts";
import { PLAIN_SECURITY, type SecuritySpec } from "./service.ts";

const lent = (security: Partial<SecuritySpec>) => lentCapabilities({ ...PLAIN_SECURITY, ...security });
const ALL = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "SETPCAP"];

describe("capabilities that are lent to the agent", () => {
  it("are none where an engine gives what it usually does", () => {
    expect(lent({})).toEqual([]);
    expect(lent({ capDrop: ["NET_RAW"] })).toEqual([]);
    expect(lent({ capDrop: ["ALL"], privileged: true })).toEqual([]);
  });

  it("are those that the container drops and does not add", () => {
    expect(lent({ capDrop: ["ALL"] })).toEqual(ALL);
    expect(lent({ capDrop: ["all"], capAdd: ["cap_setuid", "CHOWN"] })).toEqual(
      ALL.filter((name) => !["SETUID", "CHOWN"].includes(name)),
    );
    expect(lent({ capDrop: ["CAP_KILL"], capAdd: ["ALL"] })).toEqual(["KILL"]);
  });
});
