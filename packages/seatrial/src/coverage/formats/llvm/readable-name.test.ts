import { expect, it } from "vitest";
import { readableName } from "./readable-name.ts";

it.each([
  ["main", "main"],
  ["cart.c:total", "total"],
  ["cart.cpp;_ZL3sumi", "_ZL3sumi"],
  ["_ZN4shop4cart5total17h0123456789abcdefE", "shop::cart::total"],
  ["_ZN4shop4Cart5clearEv", "shop::Cart::clear"],
  ["_ZN4shop4CartC2Ei", "_ZN4shop4CartC2Ei"],
  ["_ZN99shopE", "_ZN99shopE"],
  ["-[Cart add:to:]", "-[Cart add:to:]"],
])("calls %s %s", (name, readable) => {
  expect(readableName(name)).toBe(readable);
});
