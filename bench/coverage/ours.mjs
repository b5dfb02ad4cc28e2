// Our side of the comparison, as a program of its own: ours.mjs textfmt|percent|func|merge|combine OUTPUT FOLDER…
import { writeFile } from "node:fs/promises";
import { goPercents } from "../../packages/seatrial/src/coverage/formats/go/go-percents.ts";
import { mergeGoProfiles } from "../../packages/seatrial/src/coverage/formats/go/merge-go-profiles.ts";
import { functionsText, percentText } from "../../packages/seatrial/src/coverage/formats/go/percents.ts";
import { writeGoText } from "../../packages/seatrial/src/coverage/formats/go/write-go-text.ts";

const [command = "", output = "", ...folders] = process.argv.slice(2);
const input = { folders, signal: new AbortController().signal };

const commands = {
  textfmt: () => writeGoText({ ...input, output }),
  merge: () => mergeGoProfiles({ ...input, output }),
  combine: () => mergeGoProfiles({ ...input, output, combine: true }),
  percent: () => writePercents(percentText),
  func: () => writePercents(functionsText),
};

async function writePercents(textOf) {
  const percents = await goPercents(input);
  await writeFile(output, textOf(percents));
  return percents;
}

const { problems } = await commands[command]();
for (const { code, message } of problems) console.error(`${code}: ${message}`);
