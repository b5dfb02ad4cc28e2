import type { Profile } from "../../../data.ts";
import { type MetaSpec, SET } from "./profiles.ts";

/** Two packages, three functions: of three blocks, of two, and of one. */
export function smallProgram(mode = SET): MetaSpec {
  return {
    mode,
    packages: [
      {
        path: "example.com/m/lib",
        name: "lib",
        functions: [
          {
            name: "Add",
            file: "example.com/m/lib/lib.go",
            units: [
              [3, 24, 4, 12, 1],
              [7, 2, 7, 10, 2],
              [4, 12, 6, 3, 1],
            ],
          },
          {
            name: "T.Name",
            file: "example.com/m/lib/lib.go",
            units: [
              [10, 20, 11, 9, 1],
              [11, 9, 13, 3, 200],
            ],
          },
        ],
      },
      {
        path: "example.com/m",
        name: "main",
        functions: [{ name: "main", file: "example.com/m/main.go", units: [[5, 13, 9, 2, 3]] }],
      },
    ],
  };
}

export const add = (...counters: number[]) => ({ package: 0, function: 0, counters });
export const named = (...counters: number[]) => ({ package: 0, function: 1, counters });
export const main = (...counters: number[]) => ({ package: 1, function: 0, counters });

/** Hits of the statements of each file, in their order. */
export function hitsOf(profile: Profile): Record<string, number[]> {
  return Object.fromEntries(
    profile.files.map(({ path, statements }) => [path, statements.map(({ hits }) => hits)]),
  );
}
