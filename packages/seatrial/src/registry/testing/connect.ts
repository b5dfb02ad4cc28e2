import { connectRegistries, type RegistryOptions } from "../oci/index.ts";
import type { RegistryClient } from "../registry.ts";

/** A client whose waits take no time and stand in a list, in milliseconds. */
export function connectQuickly(options: Partial<RegistryOptions> = {}): {
  client: RegistryClient;
  waits: number[];
  notes: string[];
} {
  const waits: number[] = [];
  const notes: string[] = [];
  const client = connectRegistries({
    environment: { HOME: "/nonexistent" },
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
    },
    random: () => 0,
    onRetry: (note) => notes.push(note),
    certificateFolders: [],
    ...options,
  });
  return { client, waits, notes };
}
