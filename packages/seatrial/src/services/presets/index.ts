// Presets: what we know of the servers that projects use: how to ask them, when to believe them, how to keep their first state.
// Decides nothing about a run: health checks, deadlines and snapshots are the services' business.

export { overlap } from "./overlap.ts";
export type { Preset, PresetName, ServerChange, SnapshotDescription } from "./preset.ts";
export { type PresetOptions, presetFor } from "./preset-for.ts";
export { snapshotRecipe } from "./snapshot-recipe.ts";
