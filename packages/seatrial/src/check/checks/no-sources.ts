import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import { createGlobs } from "../globs.ts";
import type { LayerEntry } from "../layers/image-index.ts";
import { type Find, failedBy } from "./telling.ts";

const COMPILED = [
  "*.{go,rs,zig,swift,c,cc,cpp,cxx,h,hh,hpp,hxx}",
  "*.{java,kt,kts,scala,groovy,cs,fs,vb}",
  "*.{ts,tsx,mts,cts,vue,svelte,elm,hs,ml,mli}",
  "!*.d.{ts,mts,cts}",
];
const TESTS = [
  "conftest.py",
  "test_*.py",
  "*_test.py",
  "*_test.go",
  "*.{test,spec}.{js,cjs,mjs,jsx,ts,tsx}",
  "__tests__/**",
];
const VERSION_CONTROL = [".git/**", ".git", ".hg/**", ".svn/**", ".bzr/**"];
/** What comes with systems and packages: headers, typings, tests of libraries, modules of interpreters. */
const NOT_OURS = [
  "!/{usr,lib,lib32,lib64,etc}/**",
  "!/opt/{java,conda}/**",
  "!**/{node_modules,site-packages,dist-packages,gems,bundle,__pypackages__}/**",
  "!/root/.{cache,npm,local}/**",
];
/** Below `/usr` people put their own things in these. */
const OWN_PLACES = ["/usr/src/**", "/usr/local/{app,src}/**"];

/** The usual sources, by what they are. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  "sources of compiled languages": COMPILED,
  tests: TESTS,
  "version control": VERSION_CONTROL,
};

/** Sources that have no place in what ships. */
export const noSources: StaticCheck = {
  name: "no-sources",
  kind: "static",
  explain: [
    "Looks at the names of all files in every layer, also below layers that delete them. `true` means: sources of compiled languages (Go, Rust, C, Java, TypeScript and others;",
    "typings *.d.ts are none), tests (conftest.py, test_*.py, *.spec.ts, __tests__ and others) and version control (.git and others); not in folders of the system (/usr but for /usr/src, /lib, /etc) and of",
    "package managers (node_modules, site-packages and others). Globs mean exactly what they say: `*.py` anywhere, `/app/tests/**` there, and `!**/vendor/**` takes away.",
  ].join(" "),
  asked: ({ noSources: asked }) => {
    if (asked === undefined) return undefined;
    return asked.globs.length === 0 ? Object.keys(USUAL).join(", ") : asked.globs.join(", ");
  },
  run: judge,
};

function judge({ plan, index }: StaticSubject): CheckCase[] {
  const globs = plan.noSources?.globs ?? [];
  const kinds = globs.length === 0 ? usualKinds() : ownKinds(globs);
  const finds = kinds.map(() => [] as Find[]);
  for (const layer of index.layers) {
    for (const entry of layer.entries()) {
      if (!isContent(entry)) continue;
      const at = kinds.findIndex(({ fits }) => fits(entry.path));
      finds[at]?.push({ layer, path: entry.path });
    }
  }
  return kinds.map(({ name }, at) => {
    const found = finds[at] ?? [];
    if (found.length === 0) return { name, status: "passed" };
    const advice =
      "Copy only what the program needs into the stage that ships, from a stage that builds it; .dockerignore keeps the rest out.";
    return failedBy(index, { name, finds: found, advice });
  });
}

/** Folders and markers hold nothing by themselves. */
function isContent({ type }: LayerEntry): boolean {
  return type === "file" || type === "hardlink" || type === "symlink";
}

interface Kind {
  name: string;
  fits(path: string): boolean;
}

function usualKinds(): Kind[] {
  const isOurs = createGlobs(["/**", ...NOT_OURS]);
  const isOwnPlace = createGlobs(OWN_PLACES);
  const isPackage = createGlobs(["**/{node_modules,site-packages,dist-packages,gems}/**"]);
  const counts = (path: string) => isOurs(path) || (isOwnPlace(path) && !isPackage(path));
  return Object.entries(USUAL).map(([name, globs]) => {
    const fits = createGlobs(globs);
    return { name, fits: (path) => fits(path) && counts(path) };
  });
}

/** One for each glob; those that take away are for all of them. */
function ownKinds(globs: readonly string[]): Kind[] {
  const taken = globs.filter((glob) => glob.startsWith("!"));
  return globs
    .filter((glob) => !glob.startsWith("!"))
    .map((glob) => ({ name: glob, fits: createGlobs([glob, ...taken]) }));
}
