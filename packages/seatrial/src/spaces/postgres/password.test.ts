import { expect, test } from "vitest";
import { newPassword, randomPassword, scramVerifier } from "./password.ts";

test("a verifier is what RFC 7677 says of its example", async () => {
  const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
  expect(await scramVerifier("pencil", 4096, salt)).toBe(
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
  );
});

test("passwords differ and need no quoting", () => {
  const all = new Set(Array.from({ length: 100 }, randomPassword));
  expect(all.size).toBe(100);
  for (const password of all) expect(password).toMatch(/^[\w-]{24}$/);
});

test("a server that keeps MD5 gets it with the user's name in it", async () => {
  const { stored } = await newPassword("someone", undefined);
  expect(stored).toMatch(/^md5[0-9a-f]{32}$/);
  expect((await newPassword("someone", 1)).stored).toMatch(/^SCRAM-SHA-256\$1:/);
});
