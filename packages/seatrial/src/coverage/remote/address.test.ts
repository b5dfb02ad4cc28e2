import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseEndpoint } from "./address.ts";

const golden = new URL("../../../../../protocol/golden/coverage/endpoints.json", import.meta.url);
const endpoints = JSON.parse(readFileSync(golden, "utf8")) as { given: string; is: string | null }[];

it.each(endpoints)("the endpoint $given is $is", async ({ given, is }) => {
  const parse = async () => parseEndpoint(given, "AWS_ENDPOINT_URL").href.replace(/\/$/, "");
  if (is === null) await expect(parse()).toThrowWithCode("COVERAGE_STORAGE_UNKNOWN");
  else expect(await parse()).toBe(is);
});
