import { expect, test } from "vitest";
import { insecureHosts } from "./insecure-hosts.ts";

test.each([
  ["registry.example.com", "https://registry.example.com/v2/", true],
  ["registry.example.com", "http://registry.example.com/v2/", true],
  ["Registry.Example.com", "http://registry.example.com/", true],
  ["registry.example.com", "https://registry.example.com:5000/", false],
  ["registry.example.com:5000", "https://registry.example.com:5000/", true],
  ["registry.example.com:5000", "http://registry.example.com:5000/", true],
  ["registry.example.com:5000", "http://registry.example.com:5001/", false],
  ["registry.example.com:5000", "https://registry.example.com/", false],
  ["registry.example.com:443", "https://registry.example.com/", true],
  ["registry.example.com:80", "https://registry.example.com/", false],
  ["example.com", "http://registry.example.com/", false],
  ["registry.example.com", "http://registry.example.com.evil.org/", false],
  ["[fd00::1]:5000", "http://[fd00::1]:5000/", true],
  ["no host", "http://no/", false],
])("%s and %s: %s", (host, url, isMeant) => {
  expect(insecureHosts(["other.example.com", host])(new URL(url))).toBe(isMeant);
});
