import type { Traffic } from "../model/index.ts";

/** All of it together. */
export function sumTraffic(...all: readonly Traffic[]): Traffic {
  const sum = (key: keyof Traffic) => all.reduce((total, each) => total + each[key], 0);
  return {
    requests: sum("requests"),
    bytesUp: sum("bytesUp"),
    blobBytesUp: sum("blobBytesUp"),
    bytesDown: sum("bytesDown"),
    blobsMounted: sum("blobsMounted"),
  };
}
