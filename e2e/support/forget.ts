import { afterAll } from "vitest";
import { docker, engineList } from "./engine.ts";

interface Listed {
  Id: string;
  Labels: Record<string, string> | null;
}
type Volume = Omit<Listed, "Id"> & { Name: string };
type Image = Listed & { RepoTags: string[] | null };

const LABEL = "seatrial.project";

/** Removes whatever the engine holds of projects: containers, networks, volumes, snapshots, built images. */
export async function forget(projects: readonly string[]): Promise<void> {
  const isTheirs = ({ Labels }: Pick<Listed, "Labels">) => projects.includes(Labels?.[LABEL] ?? "");
  const containers = await engineList<Listed[]>("/containers/json", LABEL);
  await removeAll(
    ["rm", "--force", "--volumes"],
    containers.filter(isTheirs).map(({ Id }) => Id),
  );
  const networks = await engineList<Listed[]>("/networks", LABEL);
  await removeAll(
    ["network", "rm"],
    networks.filter(isTheirs).map(({ Id }) => Id),
  );
  const { Volumes: volumes } = await engineList<{ Volumes: Volume[] | null }>("/volumes", LABEL);
  await removeAll(
    ["volume", "rm"],
    (volumes ?? []).filter(isTheirs).map(({ Name }) => Name),
  );
  const images = (await engineList<Image[]>("/images/json")).flatMap((image) => {
    // Whoever has several names goes by each; what has none any more goes by its id.
    const names = (image.RepoTags ?? []).filter((name) => name !== "<none>:<none>");
    if (isTheirs(image)) return names.length > 0 ? names : [image.Id];
    return names.filter((name) => projects.includes(/^seatrial\/(.*):/.exec(name)?.[1] ?? ""));
  });
  await removeAll(["image", "rm"], images);
}

/** A snapshot may be another test's by now, which removes it in its turn; a run that was ended may still be removing its own. */
const HARMLESS =
  /is using its referenced image|no such |network .* not found|is already in progress|^exit status 1$/i;

async function removeAll(remove: string[], found: readonly string[]): Promise<void> {
  if (found.length === 0) return;
  // One that cannot be removed keeps none of the others; each has a line of its own.
  await docker(...remove, ...new Set(found)).catch((error: Error & { stderr: string }) => {
    const lines = error.stderr.trim().split("\n");
    if (!lines.every((line) => HARMLESS.test(line))) throw error;
  });
}

/** Names for the projects of a test file, unlike those of any other file or run; the engine forgets them all afterwards. */
export function projectNames(file: string): (story: string) => string {
  const names: string[] = [];
  afterAll(async () => {
    await forget(names);
  });
  return (story) => {
    const name = `e2e-${file}-${story}-${process.pid.toString(36)}${Date.now().toString(36)}`;
    names.push(name);
    return name;
  };
}
