// What a comparison ran with, for whoever reads its figures later.
import { readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { run } from "./command.mjs";

/** A table of versions and of the machine's load over the last minutes. */
export async function conditions({ skopeo = false } = {}) {
  const { version } = JSON.parse(
    await readFile(new URL("../packages/seatrial/package.json", import.meta.url), "utf8"),
  );
  const engine = await run("docker", [
    "version",
    "--format",
    "{{.Server.Version}}, client {{.Client.Version}}",
  ]);
  const rows = [
    ["seatrial", version],
    ["Node", process.versions.node],
    ["Docker Engine", engine.trim()],
    ...(skopeo
      ? [["skopeo", (await run("skopeo", ["--version"])).replace("skopeo version", "").trim()]]
      : []),
    ["processors", `${cpus().length}`],
    [
      "load at the end, over 1, 5 and 15 minutes",
      loadavg()
        .map((value) => value.toFixed(1))
        .join(", "),
    ],
  ];
  return ["| with | |", "| --- | --- |", ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n");
}
