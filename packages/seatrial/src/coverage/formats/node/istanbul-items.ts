/** A place as Istanbul has it: lines from 1, columns from 0, not always known. */
export interface IstanbulRange {
  start: { line: number; column: number };
  end: { line: number; column: number };
}

/** What is used of Istanbul's data about one file. */
export interface IstanbulFile {
  statementMap: Record<string, IstanbulRange>;
  s: Record<string, number>;
  branchMap: Record<string, { locations: IstanbulRange[] }>;
  b: Record<string, number[]>;
  fnMap: Record<string, { name: string; loc: IstanbulRange }>;
  f: Record<string, number>;
}

/** A statement, a branch or a function: of V8's data each has one range, and one count. */
export interface IstanbulItem {
  name: string;
  range: IstanbulRange;
  hits: number;
}

export interface IstanbulItems {
  statements: IstanbulItem[];
  branches: IstanbulItem[];
  functions: IstanbulItem[];
}

export function itemsOf(file: IstanbulFile): IstanbulItems {
  return {
    statements: Object.entries(file.statementMap).map(([id, range]) => ({
      name: "",
      range,
      hits: file.s[id] ?? 0,
    })),
    branches: Object.entries(file.branchMap).flatMap(([id, { locations }]) =>
      locations.map((range, arm) => ({ name: "", range, hits: file.b[id]?.[arm] ?? 0 })),
    ),
    functions: Object.entries(file.fnMap).map(([id, { name, loc }]) => ({
      name,
      range: loc,
      hits: file.f[id] ?? 0,
    })),
  };
}
