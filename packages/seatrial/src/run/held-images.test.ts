import { expect, it } from "vitest";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { findHeldImages } from "./held-images.ts";
import type { FoundJournal } from "./journal.ts";

const NOW = Date.UTC(2030, 0, 1, 12);
const held = (time: string, project = "shop") =>
  `seatrial/${project}:unit-test.1234abcd.20300101-${time}-abcdef`;

it("images are held for nobody when their run began long ago and has no owner", async () => {
  const engine = createMemoryEngine({
    images: [
      { reference: held("100000") },
      { reference: held("110100") },
      { reference: held("090000") },
      { reference: "seatrial/shop:unit-test.1234abcd" },
      { reference: "registry.example/seatrial/shop:a.20300101-100000-abcdef" },
    ],
  });
  const journal = { run: "20300101-090000-abcdef", alive: true } as FoundJournal;
  const ask = (journals: FoundJournal[]) =>
    findHeldImages({ engine, journals, now: NOW, signal: new AbortController().signal });
  expect(await ask([journal])).toEqual([held("100000")]);
  expect(await ask([{ ...journal, alive: false }])).toEqual([held("100000"), held("090000")]);
});
