/** The bounds of mail, and of the links that it carries. Part of limits.ts. */
export const mail = {
  /** How often due mail is looked for: what a person hardly notices who goes to look for it. */
  look_ms: 500,
  /** Taken at a time by one process, and sent at once: four connections to one mail server. */
  batch: 4,
  /** From the connection to the last answer; below `http.drain_ms`, so that a server that ends finishes what it began. */
  call_ms: 8_000,
  connect_ms: 4_000,
  /** So long a mail is its taker's, whose process may have died meanwhile: several times the call. */
  taken_ms: 60_000,
  /** Before the second attempt; doubles with each one up to the cap. */
  retry_ms: 1_000,
  retryCap_ms: 300_000,
  /** Longer nobody waits for a link: who still wants one asks again. */
  keep_ms: 3_600_000,
  /** How often what is older is looked for where no mail is sent: it is there for a minute longer at most. */
  sweep_ms: 60_000,
  /** Wishes of strangers that wait; an hour of an outage, asked for by a hundred addresses at their limit. Beyond it OVERLOADED. */
  waiting: 50_000,
  /** Notices of one kind to one user: who changes more in an hour has been told that something goes on, and a box is not to be filled. */
  noticesPerHour: 3,
} as const;

export const passwordReset = {
  /** Of the token: nobody guesses it, and a plain hash is enough to keep it. */
  tokenBytes: 32,
  /** As long as a mail may take that was put aside by a greylist, and somebody to come back to it. */
  lifetime_ms: 1_800_000,
  /**
   * Mails to one address in any quarter of an hour: some get lost, and nobody's box is to be filled. Who is refused waits for
   * (1 + 1 / perEmail) periods at most, which end before the newest link does: so nobody can keep a user without one.
   */
  perEmail: 3,
  perEmail_ms: 900_000,
} as const;
