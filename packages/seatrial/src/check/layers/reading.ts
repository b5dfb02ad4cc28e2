import type { Digest } from "../../model/index.ts";
import type { AccountsFile, FindingKind, InstalledPackage, LayerFinding } from "./image-index.ts";

/** What is known of a layer once its bytes have gone by. Depends on nothing but them and the secrets that were looked for. */
export interface LayerReading {
  /** The digest of the bytes that were read. */
  diffId: Digest;
  /** Bytes of its files. */
  size: number;
  /** Bytes of it compressed: as the engine keeps it, else about what gzip makes of it. */
  compressed: number;
  /** An entry log, and how many entries it has. */
  entries: Buffer;
  count: number;
  packages: InstalledPackage[];
  findings: LayerFinding[];
  /** The kinds of which it has more than are kept. */
  cut: FindingKind[];
  /** Files that list users or groups. */
  accounts: AccountsFile[];
}
