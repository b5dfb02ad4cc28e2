import { describe, expect, it } from "vitest";
import { DATABASE, DEFINER, fillText, generalText } from "./structure.ts";

const general = (kind: Parameters<typeof generalText>[0]["kind"], text: string) =>
  generalText({ kind, text, database: "app" });

describe("a text of the server, for any database", () => {
  it("has a placeholder for the definer of every form, and for no one else's name", () => {
    const heads = [
      ["CREATE DEFINER=`a``b`@`%` PROCEDURE `p`()", `CREATE DEFINER=${DEFINER} PROCEDURE \`p\`()`],
      ["CREATE DEFINER=`role` FUNCTION `f`()", `CREATE DEFINER=${DEFINER} FUNCTION \`f\`()`],
    ] as const;
    for (const [text, expected] of heads) {
      expect(general("procedure", `${text} SELECT 'DEFINER=\`x\`@\`y\`'`)).toBe(
        `${expected} SELECT 'DEFINER=\`x\`@\`y\`'`,
      );
    }
    expect(
      general("view", "CREATE ALGORITHM=MERGE DEFINER=`r`@`h` SQL SECURITY DEFINER VIEW `v` AS select 1"),
    ).toBe(`CREATE ALGORITHM=MERGE DEFINER=${DEFINER} SQL SECURITY DEFINER VIEW \`v\` AS select 1`);
  });

  it("names its own database where the server printed it, not in texts and not in names that hold it", () => {
    const view =
      "CREATE VIEW `v` AS select '`app`.`t`, it''s \\' `app`.' AS `app`,`x``app`.`y`,`app`.`t`.`id` from `app`.`t`";
    expect(general("view", view)).toBe(
      `CREATE VIEW \`v\` AS select '\`app\`.\`t\`, it''s \\' \`app\`.' AS \`app\`,\`x\`\`app\`.\`y\`,${DATABASE}.\`t\`.\`id\` from ${DATABASE}.\`t\``,
    );
    expect(general("table", "CREATE TABLE `t` (`id` int DEFAULT nextval(`app`.`s`) COMMENT '`app`.')")).toBe(
      `CREATE TABLE \`t\` (\`id\` int DEFAULT nextval(${DATABASE}.\`s\`) COMMENT '\`app\`.')`,
    );
  });

  it("loses its own database in the head of what people wrote, and nowhere else", () => {
    expect(
      general("trigger", "CREATE TRIGGER app.x BEFORE INSERT ON `app` . t FOR EACH ROW SET NEW.a = app.f()"),
    ).toBe("CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = app.f()");
    expect(general("procedure", "CREATE PROCEDURE `app`.`p`(x INT) SELECT app.f(x)")).toBe(
      "CREATE PROCEDURE `p`(x INT) SELECT app.f(x)",
    );
    expect(general("event", "CREATE EVENT app.e ON SCHEDULE EVERY 1 DAY DO DELETE FROM app.t")).toBe(
      "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM app.t",
    );
    expect(general("function", "CREATE FUNCTION myapp.f() RETURNS int RETURN 1")).toBe(
      "CREATE FUNCTION myapp.f() RETURNS int RETURN 1",
    );
  });

  it("is filled with any name", () => {
    expect(fillText(`DEFINER=${DEFINER} ${DATABASE}.\`t\``, "$& `x")).toBe(
      "DEFINER=`$& ``x`@`%` `$& ``x`.`t`",
    );
  });
});
