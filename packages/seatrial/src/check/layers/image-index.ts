import type { Digest, ImageConfig, Platform } from "../../model/index.ts";
import type { SecretForm } from "../../support/secret-forms.ts";

/** Everything that the layers and the configuration of an image say; its files' contents are not kept. */
export interface ImageIndex {
  imageId: Digest;
  platform: Platform;
  config: ImageConfig;
  /** The lowest first. */
  layers: ImageLayer[];
  /** Secrets, keys and credentials in its history or configuration. */
  configFindings: ConfigFinding[];
  /** Keys and credentials that its own texts would show: those in its history, its configuration and names of files. */
  credentials: string[];
}

export interface ImageLayer {
  /** From 1. */
  number: number;
  diffId: Digest;
  /** The history line that made it, on one line; `""` when the image does not say. */
  history: string;
  /** False: it came with the base image. */
  own: boolean;
  /** Bytes of its files. */
  size: number;
  /** In the order of the layer; decoded anew each time, so that millions of them take little memory. */
  entries(): Iterable<LayerEntry>;
  packages: InstalledPackage[];
  findings: LayerFinding[];
  /** The kinds of which it has more than `findings` tells. */
  cut: FindingKind[];
  /** `/etc/passwd` and `/etc/group`, when it has them, and other files that look like them. */
  accounts: AccountsFile[];
}

/** A file that lists users or groups. */
export interface AccountsFile {
  path: string;
  text: string;
}

export type EntryType =
  | "file"
  | "directory"
  | "symlink"
  | "hardlink"
  | "device"
  | "fifo"
  /** The path is deleted from the layers below. */
  | "whiteout"
  /** Everything that layers below have in this directory is hidden. */
  | "opaque";

export interface LayerEntry {
  /** Absolute and clean: `/usr/bin/gcc`. */
  path: string;
  type: EntryType;
  /** Bytes of a file, else 0. */
  size: number;
  mode: number;
  uid: number;
  gid: number;
  /** Of links: as written. */
  link: string;
}

export type Ecosystem = "python" | "node" | "debian" | "alpine" | "go" | "go-module";

export interface InstalledPackage {
  ecosystem: Ecosystem;
  /** As the ecosystem compares names. Of Go: the path of the program's package, or of a module in it. */
  name: string;
  version: string;
  /** The file that says so. */
  path: string;
}

/** Bytes of a layer that look like a secret, or are one. */
export interface LayerFinding {
  what: FindingKind;
  path: string;
  /** It is in the name of the path, not in the file. */
  inName: boolean;
  /** It is in what the file has compressed. */
  isPacked?: boolean | undefined;
}

export type FindingKind =
  /** The value of a build secret, and how it is written there. */
  | { kind: "value"; secret: string; form: SecretForm }
  /** The format of a private key or of credentials, in a few words. */
  | { kind: "format"; format: string };

export interface ConfigFinding {
  what: FindingKind;
  /** `the history line of layer 4`, `the variable NPM_TOKEN`. */
  where: string;
  /** The variable or argument of the build whose value it is in, where that can be told. */
  variable?: string | undefined;
}
