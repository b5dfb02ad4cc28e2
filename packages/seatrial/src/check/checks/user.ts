import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import { type Accounts, readAccounts } from "../layers/accounts.ts";
import type { ImageIndex } from "../layers/image-index.ts";

/** Who the image runs as. */
export const user: StaticCheck = {
  name: "user",
  kind: "static",
  explain:
    "Looks at the user that the image's configuration names, resolved through the image's own /etc/passwd as a container finds it, links followed: whoever has the number 0 is root, under any name. `non-root` is any other; a name or a number (with :group, if you like) must be that one.",
  asked: (plan) => plan.user,
  run: (subject) => [judge(subject)],
};

interface Account {
  uid: number;
  gid: number | undefined;
  /** Of the user, in the image. */
  name: string | undefined;
}

function judge({ plan, index }: StaticSubject): CheckCase {
  const wanted = plan.user ?? "";
  const name = wanted;
  const written = index.config.user;
  const lists = readLists(index);
  const account = accountOf(lists, written);
  const failed = (message: string): CheckCase => ({ name, status: "failed", message });
  const advice = "Add a USER instruction to the stage that ships, such as `USER 65534:65534`.";
  if (account === undefined) {
    if (lists.unknown !== undefined)
      return failed(
        `The image runs as ${written}, and who that is nobody can tell: ${lists.unknown}.\nName the user by number, such as \`USER 65534:65534\`.`,
      );
    return failed(
      `The image runs as ${written}, which is no user in its /etc/passwd: containers of it do not start.\nCreate the user in the stage that ships, or name it by number.`,
    );
  }
  if (wanted === "non-root") {
    if (account.uid !== 0) return { name, status: "passed" };
    if (written === "") return failed(`The image names no user, and so runs as root.\n${advice}`);
    const alias = /^(0|root)(:|$)/.test(written)
      ? ""
      : `, who is number 0 in its /etc/passwd: root by another name`;
    return failed(`The image runs as ${written}${alias || ": root"}.\n${advice}`);
  }
  if (isAccount(lists, { account, wanted })) return { name, status: "passed" };
  return failed(
    `The image runs as ${written === "" ? "root, since it names no user" : written}, not as ${wanted}.`,
  );
}

/** The number behind a USER, as runc finds it: what is written as a number is one, also where an account has it as its name; nobody is 0. */
function accountOf(lists: Lists, written: string): Account | undefined {
  const [userPart = "", groupPart] = written.split(":");
  const gid = groupPart === undefined ? undefined : groupOf(lists, groupPart);
  const uid = userPart === "" ? 0 : writtenNumber(userPart);
  const row = lists.passwd.find(([name, , number]) =>
    uid === undefined ? name === userPart : numberOf(number) === uid,
  );
  if (row !== undefined) return { uid: numberOf(row[2]), gid: gid ?? numberOf(row[3]), name: row[0] };
  return uid === undefined ? undefined : { uid, gid, name: undefined };
}

function groupOf(lists: Lists, written: string): number | undefined {
  const gid = writtenNumber(written);
  if (gid !== undefined) return gid;
  const row = lists.group.find(([name]) => name === written);
  return row && numberOf(row[2]);
}

function writtenNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function isAccount(lists: Lists, { account, wanted }: { account: Account; wanted: string }): boolean {
  // An image without accounts still has a root.
  const expected = accountOf(lists, wanted.replace(/^root(?=:|$)/, "0"));
  if (expected === undefined || expected.uid !== account.uid) return false;
  return !wanted.includes(":") || expected.gid === account.gid;
}

/** As engines read it: what is missing, or no number, is 0, and so root. */
function numberOf(field: string | undefined): number {
  return field !== undefined && /^[+-]?\d+$/.test(field) ? Number(field) : 0;
}

/** The users and groups that a container sees. */
interface Lists {
  /** Fields of each row. */
  passwd: string[][];
  group: string[][];
  /** Why the users are not known. */
  unknown?: string | undefined;
}

function readLists({ layers }: ImageIndex): Lists {
  const [passwd, group] = readAccounts(layers, ["/etc/passwd", "/etc/group"]).values();
  return {
    passwd: rowsOf(passwd),
    group: rowsOf(group),
    unknown: passwd !== undefined && "unknown" in passwd ? passwd.unknown : undefined,
  };
}

function rowsOf(accounts: Accounts | undefined): string[][] {
  if (accounts === undefined || "unknown" in accounts) return [];
  return accounts.text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => line.split(":"));
}
