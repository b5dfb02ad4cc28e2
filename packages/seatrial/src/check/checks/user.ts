import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import { type Accounts, readAccounts } from "../layers/accounts.ts";
import type { ImageIndex } from "../layers/image-index.ts";

/** Who the image runs as. */
export const user: StaticCheck = {
  name: "user",
  kind: "static",
  explain:
    "Looks at the user that the image's configuration names, resolved through the image's own /etc/passwd and /etc/group as a container finds them, links followed: whoever has the number 0 is root, under any name. `non-root` is any other; a name or a number (with :group, if you like) must be that one.",
  asked: (plan) => plan.user,
  run: (subject) => [judge(subject)],
};

interface Account {
  uid: number;
  /** Undefined: nobody can tell. */
  gid: number | undefined;
}

/** What keeps containers from starting, or people from telling who it is: `The image runs as app, ` and this. */
interface Fault {
  why: string;
}

function judge({ plan, index }: StaticSubject): CheckCase {
  const wanted = plan.user ?? "";
  const name = wanted;
  const written = index.config.user;
  const lists = readLists(index);
  const account = accountOf(lists, written);
  const runsAs = `The image runs as ${written === "" ? "root, since it names no user" : written}`;
  const failed = (message: string): CheckCase => ({ name, status: "failed", message });
  if ("why" in account) return failed(`${runsAs}, ${account.why}`);
  if (wanted === "non-root") {
    if (account.uid !== 0) return { name, status: "passed" };
    const advice = "Add a USER instruction to the stage that ships, such as `USER 65534:65534`.";
    if (written === "") return failed(`The image names no user, and so runs as root.\n${advice}`);
    const alias = /^(0|root)(:|$)/.test(written)
      ? ""
      : `, who is number 0 in its /etc/passwd: root by another name`;
    return failed(`The image runs as ${written}${alias || ": root"}.\n${advice}`);
  }
  if (isAccount(lists, { account, wanted })) return { name, status: "passed" };
  return failed(`${runsAs}, not as ${wanted}.`);
}

/**
 * The numbers behind a USER, as runc finds them: what is written as a number is one, also where an account has it as its name; nobody is
 * 0. Of a name that is not there no container starts.
 */
function accountOf({ passwd, group }: Lists, written: string): Account | Fault {
  const [userPart = "", groupPart = ""] = written.split(":");
  for (const list of [passwd, group]) if (list.isFolder) return startsNever(list);
  const number = userPart === "" ? 0 : writtenNumber(userPart);
  const row = passwd.rows.find(([name, , uid]) =>
    number === undefined ? name === userPart : numberOf(uid) === number,
  );
  const uid = row === undefined ? number : numberOf(row[2]);
  if (uid === undefined) return noUser(passwd);
  if (groupPart === "") return { uid, gid: ownGroup(passwd, row) };
  const gid = groupOf(group, groupPart);
  return gid === undefined ? noGroup(group) : { uid, gid };
}

function ownGroup({ unknown }: List, row: readonly string[] | undefined): number | undefined {
  return unknown === undefined ? numberOf(row?.[3]) : undefined;
}

function groupOf({ rows }: List, written: string): number | undefined {
  const gid = writtenNumber(written);
  if (gid !== undefined) return gid;
  const row = rows.find(([name]) => name === written);
  return row && numberOf(row[2]);
}

function startsNever({ unknown }: List): Fault {
  return { why: `and no container of it starts: ${unknown}.\nShip a file there, or nothing.` };
}

function noUser({ unknown }: List): Fault {
  return {
    why:
      unknown === undefined
        ? "which is no user in its /etc/passwd: containers of it do not start.\nCreate the user in the stage that ships, or name it by number."
        : `and who that is nobody can tell: ${unknown}.\nName the user by number, such as \`USER 65534:65534\`.`,
  };
}

function noGroup({ unknown }: List): Fault {
  return {
    why:
      unknown === undefined
        ? "whose group is not in its /etc/group: containers of it do not start.\nCreate the group in the stage that ships, or name it by number."
        : `and which group that is nobody can tell: ${unknown}.\nName the group by number, such as \`USER 65534:65534\`.`,
  };
}

function writtenNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function isAccount(lists: Lists, { account, wanted }: { account: Account; wanted: string }): boolean {
  // An image without accounts still has a root.
  const expected = accountOf(lists, wanted.replace(/^root(?=:|$)/, "0"));
  if ("why" in expected || expected.uid !== account.uid) return false;
  return !wanted.includes(":") || (expected.gid !== undefined && expected.gid === account.gid);
}

/** As engines read it: what is missing, or no number, is 0, and so root. */
function numberOf(field: string | undefined): number {
  return field !== undefined && /^[+-]?\d+$/.test(field) ? Number(field) : 0;
}

/** The users and groups that a container sees. */
interface Lists {
  passwd: List;
  group: List;
}

interface List {
  /** The fields of each line. */
  rows: string[][];
  /** Why they are not known. */
  unknown?: string | undefined;
  /** Engines do not read past it. */
  isFolder: boolean;
}

function readLists({ layers }: ImageIndex): Lists {
  const [passwd, group] = readAccounts(layers, ["/etc/passwd", "/etc/group"]).values();
  return { passwd: listOf(passwd), group: listOf(group) };
}

function listOf(accounts: Accounts | undefined): List {
  if (accounts === undefined) return { rows: [], isFolder: false };
  if ("unknown" in accounts) return { rows: [], ...accounts };
  const rows = accounts.text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => line.split(":"));
  return { rows, isFolder: false };
}
