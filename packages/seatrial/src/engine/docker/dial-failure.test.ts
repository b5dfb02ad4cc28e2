import { expect, test } from "vitest";
import { dialFailure } from "./dial-failure.ts";
import { unixEndpoint } from "./testing/fake-engine.ts";

const failure = (code: string) => Object.assign(new Error(`connect ${code} /run/docker.sock`), { code });

// A test as root cannot be denied a socket for real.
test.each(["EACCES", "EPERM"])("%s on the socket is a matter of permission, with the way out", (code) => {
  const error = dialFailure(unixEndpoint("/run/docker.sock"), failure(code));
  expect(error).toMatchObject({ code: "ENGINE_DENIED", exitCode: 3 });
  expect(error.message).toContain("/run/docker.sock");
  expect(error.hint).toContain("usermod -aG docker");
});

test.each(["ENOENT", "ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENOTFOUND"])(
  "%s means unreachable",
  (code) => {
    const error = dialFailure(unixEndpoint("/run/docker.sock"), failure(code));
    expect(error).toMatchObject({ code: "ENGINE_UNREACHABLE", exitCode: 3 });
    expect(error.cause).toMatchObject({ code });
  },
);
