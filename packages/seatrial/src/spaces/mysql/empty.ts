import type { Recipe } from "./recipe.ts";

/** Nothing: a database as the server makes it by itself. */
export const EMPTY: Recipe = {
  charset: "",
  collation: "",
  before: [],
  rows: [],
  rowCount: 0,
  sequences: [],
  after: [],
  objects: [],
};
