import { expect, it } from "vitest";
import { runUrl } from "./run-url.ts";

it.each([
  [{ CI_JOB_URL: "https://gitlab.example/-/jobs/1" }, "https://gitlab.example/-/jobs/1"],
  [
    { GITHUB_SERVER_URL: "https://github.example", GITHUB_REPOSITORY: "a/b", GITHUB_RUN_ID: "7" },
    "https://github.example/a/b/actions/runs/7",
  ],
  [{ BUILD_URL: "https://jenkins.example/job/a/1/" }, "https://jenkins.example/job/a/1/"],
  [{ CI_JOB_URL: "" }, undefined],
])("%o is at %s", (env, url) => {
  expect(runUrl(env)).toBe(url);
});
