import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { dockerPluginCommand } from "./docker-plugin.ts";

/** A machine whose docker and whose plugin of that name are a program each, until a test has it otherwise. */
async function machine() {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-plugin-"));
  const at = (...names: string[]) => path.join(folder, ...names);
  const program = async (...names: string[]) => {
    await mkdir(path.dirname(at(...names)), { recursive: true });
    await copyFile(process.execPath, at(...names));
    return at(...names);
  };
  const script = async (file: string) => {
    await rm(file);
    await writeFile(file, "#!/bin/sh\n");
    await chmod(file, 0o755);
  };
  const docker = await program("bin", "docker");
  return {
    at,
    program,
    script,
    docker,
    plugin: await program("config", "cli-plugins", "docker-sail"),
    /** How this program is started. */
    alone: (plugin: string) => ({
      argv: [plugin, "sail"],
      env: { DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND: docker },
    }),
    env: { PATH: at("bin"), DOCKER_CONFIG: at("config") },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const THROUGH_DOCKER = { argv: ["docker", "sail"], env: {} };

it("a plugin that is a program is started by itself", async () => {
  await using made = await machine();
  expect(await dockerPluginCommand("sail", made.env)).toEqual(made.alone(made.plugin));
  await rm(made.docker);
  await symlink(process.execPath, made.docker);
  expect(await dockerPluginCommand("sail", made.env)).toEqual(made.alone(made.plugin));
});

it("is looked for below HOME where nothing else is said", async () => {
  await using made = await machine();
  const plugin = await made.program(".docker", "cli-plugins", "docker-sail");
  expect(await dockerPluginCommand("sail", { PATH: made.at("bin"), HOME: made.at() })).toEqual(
    made.alone(plugin),
  );
});

it("of several, the one that docker would take", async () => {
  await using made = await machine();
  const plugin = await made.program("extra", "docker-sail");
  const folders = [made.at("not-there"), made.at("extra")];
  await writeFile(made.at("config", "config.json"), JSON.stringify({ cliPluginsExtraDirs: folders }));
  expect(await dockerPluginCommand("sail", made.env)).toEqual(made.alone(plugin));
});

it("goes through a docker that is a script", async () => {
  await using made = await machine();
  await made.script(made.docker);
  expect(await dockerPluginCommand("sail", made.env)).toEqual(THROUGH_DOCKER);
});

it("goes through docker where the plugin is a script, cannot be run, or is not there", async () => {
  await using made = await machine();
  await made.script(made.plugin);
  expect(await dockerPluginCommand("sail", made.env)).toEqual(THROUGH_DOCKER);
  await writeFile(made.plugin, "no program");
  await chmod(made.plugin, 0o644);
  expect(await dockerPluginCommand("sail", made.env)).toEqual(THROUGH_DOCKER);
  await rm(made.plugin);
  expect(await dockerPluginCommand("sail", made.env)).toEqual(THROUGH_DOCKER);
});

it("goes through docker where there is none, for the words that say so", async () => {
  await using made = await machine();
  await rm(made.docker);
  expect(await dockerPluginCommand("sail", made.env)).toEqual(THROUGH_DOCKER);
});
