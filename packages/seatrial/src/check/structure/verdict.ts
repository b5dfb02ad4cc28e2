/** What a test found: nothing wrong, or each thing that is, in a sentence. */
export interface Verdict {
  problems: string[];
  output?: string | undefined;
}
