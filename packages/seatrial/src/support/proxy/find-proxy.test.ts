import { describe, expect, test } from "vitest";
import { ToolError } from "../error.ts";
import { findProxy } from "./find-proxy.ts";

const refuse = (why: { message: string; hint: string }) =>
  new ToolError({ code: "NO_PROXY_ADDRESS", ...why });
const proxyOf = (address: string, environment: Record<string, string>) =>
  findProxy(new URL(address), { environment, refuse })?.href;

describe("the proxy for an address", () => {
  test("goes by the scheme; large letters count before small ones", () => {
    const environment = {
      HTTPS_PROXY: "http://secure:1",
      https_proxy: "http://small:1",
      http_proxy: "plain:2",
    };
    expect(proxyOf("https://registry.example.com", environment)).toBe("http://secure:1/");
    expect(proxyOf("http://registry.example.com", environment)).toBe("http://plain:2/");
    expect(proxyOf("https://registry.example.com", {})).toBeUndefined();
  });

  test.each(["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "app.localhost"])(
    "is never there for %s",
    (host) => {
      expect(proxyOf(`https://${host}:5000`, { HTTPS_PROXY: "http://proxy:1" })).toBeUndefined();
    },
  );

  test.each([
    ["*", "registry.example.com", true],
    ["example.com", "registry.example.com", true],
    ["example.com", "example.com", true],
    ["example.com", "badexample.com", false],
    [".example.com", "registry.example.com", true],
    [".example.com", "example.com", false],
    ["*.example.com", "registry.example.com", true],
    [" other.com , EXAMPLE.com", "registry.example.com", true],
    ["example.com:443", "registry.example.com", true],
    ["example.com:5000", "registry.example.com", false],
    ["example.com:5000", "registry.example.com:5000", true],
    ["10.0.0.0/8", "10.1.2.3:5000", true],
    ["10.0.0.0/8", "11.1.2.3", false],
    ["10.0.0.0/99", "10.1.2.3", false],
    ["10.1.2.3", "10.1.2.3", true],
    ["fd00::/8", "[fd00::1]:5000", true],
    ["fd00::1", "[fd00::1]", true],
    ["nonsense/8", "10.1.2.3", false],
    ["", "registry.example.com", false],
  ])("NO_PROXY=%s for %s: %s", (list, host, isExempt) => {
    const environment = { HTTPS_PROXY: "http://proxy:1", NO_PROXY: list };
    expect(proxyOf(`https://${host}`, environment) === undefined).toBe(isExempt);
  });

  test.each(["socks5://proxy:1", "http://", "http://me:hunter2@:x"])(
    "%s is refused, and not shown",
    async (value) => {
      const error = await Promise.resolve()
        .then(() => proxyOf("https://registry.example.com", { HTTPS_PROXY: value }))
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "NO_PROXY_ADDRESS" });
      expect(String(error)).not.toContain("hunter2");
    },
  );
});
