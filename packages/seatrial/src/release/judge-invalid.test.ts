import { expect, it } from "vitest";
import type { Digest } from "../model/index.ts";
import type { InvalidEvidence } from "./evidence.ts";
import { judgeInvalid } from "./judge-invalid.ts";

const id: Digest = `sha256:${"1".repeat(64)}`;

function file(name: string, changes: Partial<InvalidEvidence> = {}): InvalidEvidence {
  const problem = { code: "EVIDENCE_INVALID", message: `${name} cannot be evidence.` };
  return { problem, isNamed: false, digests: new Set([`sha256:${"2".repeat(64)}`]), ...changes };
}

const judge = (...invalid: InvalidEvidence[]) => judgeInvalid({ invalid, ids: [id] });

it("passes over what lies in the project's own folder and is not about this image, and says so", () => {
  expect(judge(file("of 2020"))).toEqual({
    refusals: [],
    warnings: ["passed over: of 2020 cannot be evidence."],
  });
});

it.each([
  ["somebody named it", file("this", { isNamed: true })],
  ["what is left of it is about this image", file("this", { digests: new Set([id]) })],
])("refuses when %s", (_why, invalid) => {
  expect(judge(file("another"), invalid)).toMatchObject({
    refusals: [{ message: "this cannot be evidence." }],
    warnings: [expect.stringContaining("another")],
  });
});

it("names three, and counts the others", () => {
  const { warnings } = judge(...[1, 2, 3, 4, 5].map((number) => file(`file ${number}`)));
  expect(warnings).toHaveLength(4);
  expect(warnings.at(-1)).toBe("passed over: 2 more files of this kind");
});
