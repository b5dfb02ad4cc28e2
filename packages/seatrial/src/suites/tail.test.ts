import { expect, test } from "vitest";
import { createTail } from "./tail.ts";

test("a short text is kept as it is", () => {
  const tail = createTail(10);
  for (const piece of ["ab", "c\n", "d"]) tail.add(piece);
  expect(tail.text()).toBe("abc\nd");
  expect(tail.lines(1)).toEqual(["d"]);
});

test("of a long text the last lines are kept, with a note", () => {
  const tail = createTail(20);
  for (let at = 0; at < 100; at += 1) tail.add(`line ${at}\n`);
  expect(tail.text()).toBe("… (earlier output left out)\nline 98\nline 99\n");
  expect(tail.text(10)).toBe("… (earlier output left out)\nline 99\n");
  expect(tail.lines(1)).toEqual(["line 99"]);
});

test("one piece larger than the limit, and a line larger than the limit, are cut", () => {
  const tail = createTail(5);
  tail.add("0123456789");
  expect(tail.text()).toBe("… (earlier output left out)\n56789");
});

test("an empty text has no lines", () => {
  expect(createTail().lines(5)).toEqual([]);
});
