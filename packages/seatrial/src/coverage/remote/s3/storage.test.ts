import { expect, it } from "vitest";
import { createHttpClient } from "../http-client.ts";
import { openStorage } from "../open-storage.ts";
import { createRenewed } from "../renewed.ts";
import { KEYS, refuse, startBucket } from "../testing/bucket.ts";
import { say, startServer } from "../testing/server.ts";
import { s3PlaceOf } from "./place.ts";
import { openS3Storage } from "./storage.ts";

const signal = new AbortController().signal;

it("lists page after page, below a prefix, and reads what is there", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 7 }, (_, at) => [`a b/run/x${at}+ü&<`, `content ${at}`]),
  );
  await using bucket = await startBucket({ ...files, "a b2/run/x": "other" }, { page: 2 });
  using storage = await openStorage({
    address: `s3://coverage/a b?endpoint=${bucket.origin}`,
    environment: KEYS,
    cwd: "/",
  });
  const found = [];
  for await (const page of storage.list("run/", signal))
    found.push(page.length, ...page.map(({ key }) => key));
  expect(found).toEqual([
    2,
    "run/x0+ü&<",
    "run/x1+ü&<",
    2,
    "run/x2+ü&<",
    "run/x3+ü&<",
    2,
    "run/x4+ü&<",
    "run/x5+ü&<",
    1,
    "run/x6+ü&<",
  ]);
  const chunks = [];
  for await (const chunk of (await storage.get("run/x3+ü&<", signal)) ?? []) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe("content 3");
  expect(await storage.get("run/nothing", signal)).toBeUndefined();
});

it("follows no redirect", async () => {
  await using thief = await startServer((_request, response) => say(response, 200));
  await using bucket = await startServer((_request, response) =>
    say(response, 307, "", { location: `${thief.origin}/x` }),
  );
  using storage = await openStorage({
    address: `s3://coverage?endpoint=${bucket.origin}`,
    environment: KEYS,
    cwd: "/",
  });
  await expect(storage.get("x", signal)).rejects.toThrow(
    /307; it points to 127\.0\.0\.1:\d+, which is not followed/,
  );
  expect(thief.asked).toEqual([]);
});

it("asks once more with new keys when the server calls them expired", async () => {
  let count = 0;
  const http = createHttpClient({ environment: {} });
  await using bucket = await startBucket(
    { x: "there" },
    {
      before: (request, response) => {
        if (request.headers["x-amz-security-token"] === "token2") return false;
        refuse(response, 400, "ExpiredToken");
        return true;
      },
    },
  );
  const keys = createRenewed({
    sources: [
      async () => ({
        value: { id: "AKID", secret: "s", token: `token${++count}`, from: "here" },
        expires: Date.now() + 3_600_000,
      }),
    ],
    missing: () => new Error("none"),
  });
  using storage = openS3Storage({ place: s3PlaceOf(bucket.address, {}), http, keys });
  expect(await storage.get("x", signal)).toBeDefined();
  expect([count, bucket.asked.length]).toEqual([2, 2]);
});
