/** The bounds of what is asked about new passwords. Part of limits.ts. */
export const breached = {
  /** Somebody waits for the answer with a form filled in; a good service takes a tenth of it. */
  call_ms: 1_000,
  /** Calls at a time, and waiting: a crowd that signs up is held back by hashing, which takes longer, already. */
  concurrent: 8,
  queue: 32,
  /** Of one range: a thousand lines of 40 bytes, padded to 1,300, and room to grow for years. */
  answerBytes: 200_000,
  /** Ranges that are kept, for whoever tries the same password again: a megabyte or two. */
  ranges: 32,
  /** New breaches are added a few times a month. */
  keep_ms: 3_600_000,
} as const;
