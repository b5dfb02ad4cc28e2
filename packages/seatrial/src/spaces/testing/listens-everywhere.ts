import type { SpaceServer } from "../maker.ts";

/** True when a process of the container listens on the port at every address, and not on loopback alone. */
export async function listensEverywhere(server: SpaceServer, port: number): Promise<boolean> {
  const argv = ["cat", "/proc/net/tcp", "/proc/net/tcp6"];
  const reading = await server.run({ argv }, new AbortController().signal);
  let text = "";
  for await (const { data } of reading.output) text += data;
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return new RegExp(`^\\s*\\d+: (0{8}|0{32}):${hex} \\S+ 0A `, "m").test(text);
}
