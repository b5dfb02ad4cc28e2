import { code, fence, link, page, sentence, table } from "./markdown.mjs";

/** `commands.md`: every command that people call, with its arguments, flags and examples. */
export function commandsPage({ createProgram }) {
  let printed = "";
  const stream = {
    write(text) {
      printed += text;
    },
  };
  const program = createProgram({
    surroundings: { stdout: stream, stderr: stream },
    argv: [],
    onExit: () => undefined,
  });
  const helpOf = (command) => {
    printed = "";
    command.outputHelp();
    return printed;
  };
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== "help");
  return page("Commands", [
    `${program.description()} \`seatrial COMMAND --help\` prints what stands here. The [exit codes](errors.md#exit-codes) are the same for all commands.`,
    table(
      ["command", "what it does"],
      commands.map((command) => [link(`seatrial ${command.name()}`), sentence(command.description())]),
    ),
    "## Flags of every command",
    flagTable(program),
    ...commands.flatMap((command) => [
      `## seatrial ${command.name()}`,
      ...describe(command, helpOf(command), command.name()),
      ...actionsOf(command).flatMap((action) => [
        `### seatrial ${command.name()} ${action.name()}`,
        ...describe(action, helpOf(action), `${command.name()} ${action.name()}`),
      ]),
    ]),
  ]);
}

/** The commands of a command. */
function actionsOf(command) {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((action) => action.name() !== "help");
}

function describe(command, help, name) {
  const args = command.registeredArguments;
  const examples = [...help.matchAll(/^ {2}\$ (.+)$/gm)].map(([, line]) => line);
  return [
    sentence(command.description()),
    fence("", `seatrial ${[name, command.usage()].filter(Boolean).join(" ")}`),
    args.length === 0
      ? ""
      : table(
          ["argument", "meaning"],
          args.map((each) => [code(each.name()), each.description]),
        ),
    flagTable(command),
    examples.length === 0 ? "" : fence("", examples.map((line) => `$ ${line}`).join("\n")),
  ];
}

function flagTable(command) {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter((option) => option.long !== "--help");
  if (options.length === 0) return "";
  return table(
    ["flag", "meaning"],
    options.map((option) => [code(option.flags), help.optionDescription(option)]),
  );
}
