import { COUNTERS_HEADER, readSegment } from "./counters.ts";
import { type Cursor, malformed, readStrings, readUleb } from "./cursor.ts";

/** What counters say of the process that wrote them. The command line may hold secrets. */
export interface RunArguments {
  argv: string[];
  goos: string;
  goarch: string;
}

/** What the first segment of a `covcounters` file says. */
export function readArguments(file: string, bytes: Buffer): RunArguments {
  const cursor: Cursor = { file, bytes, at: COUNTERS_HEADER, end: bytes.length };
  const { strings, args } = readSegment(cursor);
  const { at } = cursor;
  const texts = readStrings({ ...cursor, end: at + strings });
  const pairs: Cursor = { ...cursor, at: at + strings, end: at + strings + args };
  const textAt = (index: number) => {
    const text = texts[index];
    if (text === undefined) throw malformed(file, pairs.at, `string ${index} is not in the table`);
    return text;
  };
  const found = new Map<string, string>();
  for (let left = readUleb(pairs, "the number of arguments"); left > 0; left -= 1) {
    const key = textAt(readUleb(pairs, "an argument's name"));
    found.set(key, textAt(readUleb(pairs, "an argument")));
  }
  const argv: string[] = [];
  for (let word = found.get("argv0"); word !== undefined; word = found.get(`argv${argv.length}`))
    argv.push(word);
  return { argv, goos: found.get("GOOS") ?? "", goarch: found.get("GOARCH") ?? "" };
}

/** What two processes have in common. */
export function commonArguments(one: RunArguments | undefined, other: RunArguments): RunArguments {
  if (one === undefined) return other;
  const isSame =
    one.argv.length === other.argv.length && one.argv.every((word, index) => word === other.argv[index]);
  return {
    argv: isSame ? one.argv : [],
    goos: one.goos === other.goos ? one.goos : "",
    goarch: one.goarch === other.goarch ? one.goarch : "",
  };
}
