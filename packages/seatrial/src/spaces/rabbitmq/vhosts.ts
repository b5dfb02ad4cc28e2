import { randomBytes } from "node:crypto";
import type { MadeSpace } from "../maker.ts";
import { inParallel } from "../parallel.ts";
import { type Definition, type Definitions, definitionsIn, isEmpty } from "./definitions.ts";
import type { Management } from "./management.ts";

/** A space's user sees in the management API what it may use over AMQP, and nothing else. */
const SPACE_TAG = "management";
/** A template's may also set policies and parameters of its vhost. */
const TEMPLATE_TAG = "policymaker";

/** Vhosts, each with a user of the same name who has no rights elsewhere. */
export interface Vhosts {
  make(name: string, options: { isTemplate: boolean }, signal: AbortSignal): Promise<MadeSpace>;
  /** Gives the user of a space another password, which is the result; the one before it lets nobody in any more. */
  renew(name: string, signal: AbortSignal): Promise<string>;
  /** With the user, and so with every connection to it. Missing is fine. */
  drop(name: string, signal: AbortSignal): Promise<void>;
  exists(name: string, signal: AbortSignal): Promise<boolean>;
  /** What it consists of. */
  export(name: string, signal: AbortSignal): Promise<Definitions>;
  import(name: string, definitions: Definitions, signal: AbortSignal): Promise<void>;
  /** What the path below `/api/` lists of all vhosts or of one. */
  rows(path: string, signal: AbortSignal): Promise<Definition[]>;
  /** Removes one of these rows. Missing is fine. */
  remove(path: string, row: Definition, signal: AbortSignal): Promise<void>;
  /** Writes a text about a vhost into the server. */
  describe(name: string, text: string, signal: AbortSignal): Promise<void>;
}

function newPassword(): string {
  return randomBytes(18).toString("base64url");
}

/** Vhosts of one server, whose AMQP clients come to this port. */
export function vhostsOf(management: Management, port: number): Vhosts {
  const at = (kind: string, name: string) => `/api/${kind}/${encodeURIComponent(name)}`;

  return {
    async make(name, { isTemplate }, signal) {
      const password = newPassword();
      const tags = isTemplate ? TEMPLATE_TAG : SPACE_TAG;
      await inParallel(
        [
          { path: at("vhosts", name), body: {} },
          { path: at("users", name), body: { password, tags } },
        ],
        ({ path, body }) => management.put(path, body, signal),
      );
      const all = { configure: ".*", write: ".*", read: ".*" };
      await management.put(`${at("permissions", name)}/${encodeURIComponent(name)}`, all, signal);
      return { name, port, values: { user: name, password, name, vhost: name } };
    },
    async renew(name, signal) {
      const password = newPassword();
      await management.put(at("users", name), { password, tags: SPACE_TAG }, signal);
      return password;
    },
    async drop(name, signal) {
      // Without the user first: a client that comes back by itself would find the vhost while it goes.
      await management.remove(at("users", name), signal);
      await management.remove(at("vhosts", name), signal);
    },
    exists: async (name, signal) => (await management.get(at("vhosts", name), signal)) !== undefined,
    export: async (name, signal) => definitionsIn(await management.get(at("definitions", name), signal)),
    async import(name, definitions, signal) {
      if (!isEmpty(definitions)) await management.post(at("definitions", name), definitions, signal);
    },
    async rows(path, signal) {
      const answer = await management.get(`/api/${path}`, signal);
      return Array.isArray(answer) ? answer : [];
    },
    async remove(path, row, signal) {
      await management.remove(`/api/${path}/${encodeURIComponent(String(row["name"]))}`, signal);
    },
    async describe(name, description, signal) {
      await management.put(at("vhosts", name), { description }, signal);
    },
  };
}
