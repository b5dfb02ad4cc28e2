import { cp, mkdir, readFile } from "node:fs/promises";
import { ROOT } from "./program.ts";
import { isSource, project, type TestProject } from "./project.ts";

export interface ExampleCopy extends TestProject {
  /** Where the example's seatrial.yaml is; `folder` is what stands for the repository. */
  cwd: string;
}

/** An example whose build context is the repository, under a name of its own, with the client where the example looks for it. */
export async function exampleCopy(options: {
  example: string;
  client: "go" | "python";
  name: string;
}): Promise<ExampleCopy> {
  const whole = await project({});
  const cwd = `${whole.folder}/examples/${options.example}`;
  const client = `clients/${options.client}`;
  for (const [from, to] of [
    [`${ROOT}/examples/${options.example}`, cwd],
    [`${ROOT}/${client}`, `${whole.folder}/${client}`],
  ] as const) {
    await mkdir(to, { recursive: true });
    await cp(from, to, { recursive: true, filter: isSource });
  }
  const config = await readFile(`${cwd}/seatrial.yaml`, "utf8");
  await whole.write(
    `examples/${options.example}/seatrial.yaml`,
    config.replace(/^name: .*/m, `name: ${options.name}`),
  );
  return { ...whole, cwd };
}
