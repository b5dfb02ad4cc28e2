import { expect, it } from "vitest";
import { lookAlike } from "./exact-keys.ts";

const KNOWN = ["layers", "mediaType", "os.version", "tokens"];

it.each(["Layers", "LAYERS", "mediatype", "layer\u017f", "OS.Version", "to\u212aens"])(
  "%s is taken for a key that it is not",
  (key) => {
    expect(lookAlike({ layers: [], [key]: 1 }, KNOWN)).toBe(key);
  },
);

it.each([
  { layers: [], mediaType: "" },
  { layer: 1, "os-version": 1, laýers: 1 },
  ["layers"],
  null,
  "Layers",
])("nothing in %j is", (value) => {
  expect(lookAlike(value, KNOWN)).toBeUndefined();
});
