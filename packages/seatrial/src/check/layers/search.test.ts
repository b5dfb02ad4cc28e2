import { expect, it } from "vitest";
import { createSearch } from "./search.ts";

/** Numbers that are the same in each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

function findAll(needles: Buffer[], window: Buffer, range = { from: 0, to: window.length }): string[] {
  const found: string[] = [];
  createSearch(needles).find(window, range, (needle, at) => found.push(`${at} ${needle}`));
  return found.sort();
}

function expected(needles: Buffer[], window: Buffer): string[] {
  return needles
    .flatMap((needle, index) => {
      const found: string[] = [];
      for (let at = window.indexOf(needle); at >= 0; at = window.indexOf(needle, at + 1))
        found.push(`${at} ${index}`);
      return found;
    })
    .sort();
}

it("finds what looking at every byte finds, in bytes of few kinds where much overlaps", () => {
  const next = numbers(7);
  for (let round = 0; round < 300; round += 1) {
    const kinds = 2 + (next() % 4);
    const bytes = (length: number) => Buffer.from(Array.from({ length }, () => (next() >>> 8) % kinds));
    const needles = [
      ...new Set(Array.from({ length: 1 + (next() % 6) }, () => bytes(2 + (next() % 9)).toString("hex"))),
    ].map((hex) => Buffer.from(hex, "hex"));
    const window = bytes(next() % 400);
    expect(findAll(needles, window)).toEqual(expected(needles, window));
  }
});

it("finds needles of hundreds of bytes beside short ones", () => {
  const long = Buffer.alloc(4096, "long secret ");
  const window = Buffer.concat([Buffer.alloc(1000), long, Buffer.from("AKIA"), Buffer.alloc(10)]);
  expect(findAll([Buffer.from("AKIA"), long], window)).toEqual(["1000 1", "5096 0"]);
  expect(findAll([long], window)).toEqual(["1000 0"]);
});

it("finds only what begins in the range and is there as a whole", () => {
  const window = Buffer.from("secret--secret--secr");
  const needles = [Buffer.from("secret")];
  expect(findAll(needles, window)).toEqual(["0 0", "8 0"]);
  expect(findAll(needles, window, { from: 1, to: 8 })).toEqual([]);
  expect(findAll(needles, window, { from: 1, to: 9 })).toEqual(["8 0"]);
});

it("finds nothing without needles, and in nothing", () => {
  expect(findAll([], Buffer.from("abc"))).toEqual([]);
  expect(findAll([Buffer.from("abc")], Buffer.alloc(0))).toEqual([]);
  expect(findAll([Buffer.from("abc")], Buffer.from("ab"))).toEqual([]);
});
