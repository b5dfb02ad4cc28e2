import { afterAll } from "vitest";
import { docker } from "./engine.ts";

/** Removes whatever the engine holds of a project: containers, networks, volumes, snapshots, built images. */
export async function forget(project: string): Promise<void> {
  const label = `label=seatrial.project=${project}`;
  await removeAll(["rm", "--force", "--volumes"], ["ps", "--all", "--quiet", "--filter", label]);
  await removeAll(["network", "rm"], ["network", "ls", "--quiet", "--filter", label]);
  await removeAll(["volume", "rm"], ["volume", "ls", "--quiet", "--filter", label]);
  // Whoever has several names goes by each; what has none any more goes by its id.
  const names = ["--format", `{{if eq .Tag "<none>"}}{{.ID}}{{else}}{{.Repository}}:{{.Tag}}{{end}}`];
  await removeAll(["image", "rm"], ["images", ...names, "--filter", label]);
  await removeAll(["image", "rm"], ["images", ...names, `seatrial/${project}`]);
}

async function removeAll(remove: string[], list: string[]): Promise<void> {
  const found = (await docker(...list)).split("\n").filter((line) => line !== "");
  for (const one of new Set(found)) {
    // A snapshot may be another test's by now, which removes it in its turn; a run that was ended may still be removing its own.
    await docker(...remove, one).catch((error: Error) => {
      if (!/is using its referenced image|No such |is already in progress/.test(error.message)) throw error;
    });
  }
}

/** Names for the projects of a test file, unlike those of any other file or run; the engine forgets them all afterwards. */
export function projectNames(file: string): (story: string) => string {
  const names: string[] = [];
  afterAll(async () => {
    for (const name of names) await forget(name);
  });
  return (story) => {
    const name = `e2e-${file}-${story}-${process.pid.toString(36)}${Date.now().toString(36)}`;
    names.push(name);
    return name;
  };
}
