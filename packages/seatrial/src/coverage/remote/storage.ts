/** Where somebody put units. Keys are relative to its address, with slashes. All failures are ToolErrors of COVERAGE_STORAGE_…. */
export interface UnitStorage extends Disposable {
  /** Its address without secrets, for people. */
  readonly name: string;
  /** What lies there under keys that begin with the prefix, page by page, in any order. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject[]>;
  /** An object's bytes, to be read to the end or left; undefined: there is none. */
  get(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined>;
}

export interface StoredObject {
  key: string;
  /** Absent where the storage does not tell. */
  bytes?: number | undefined;
}

/** Variables by their names. */
export type Variables = Readonly<Record<string, string | undefined>>;
