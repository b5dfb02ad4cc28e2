import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A network of its own on this machine, as another machine would have it, with one cable to ours. */
export interface NetworkSpace extends AsyncDisposable {
  /** What `nsenter --net=` takes. */
  file: string;
  /** Its address as seen from here. */
  address: string;
  /** Ours as seen from there. */
  ours: string;
}

/** Makes a network namespace. Needs root. */
export async function networkSpace(): Promise<NetworkSpace> {
  const name = `seatrial-e2e-${process.pid}`;
  const cable = `st${process.pid}`;
  const subnet = `10.254.${process.pid % 250}`;
  const ip = (...args: string[]) => run("ip", args);
  const space = {
    file: `/run/netns/${name}`,
    address: `${subnet}.2`,
    ours: `${subnet}.1`,
    async [Symbol.asyncDispose]() {
      // The cable goes with it.
      await ip("netns", "delete", name);
    },
  };
  await ip("netns", "add", name);
  try {
    await ip("link", "add", cable, "type", "veth", "peer", "name", "uplink", "netns", name);
    await ip("address", "add", `${space.ours}/30`, "dev", cable);
    await ip("link", "set", cable, "up");
    await ip("-n", name, "address", "add", `${space.address}/30`, "dev", "uplink");
    await ip("-n", name, "link", "set", "uplink", "up");
    await ip("-n", name, "link", "set", "lo", "up");
    return space;
  } catch (error) {
    await space[Symbol.asyncDispose]();
    throw error;
  }
}
