/** The bounds of venues, in this process or outside, and of what is asked of them. Part of limits.ts. */
export const venue = {
  /** Orders that came together and are reported together: as many as a request may bring, so that one booking stays short. */
  together: 100,
  /** Ids of past orders that a paper book still knows, so that a repeat is ignored: 10 s of full load. */
  rememberedOrders: 50_000,
  /** How often the top of the books is written for other processes, and read there. */
  shareQuotes_ms: 250,
  /** Of previews that a process in which the venue does not run asks the one in which it does. */
  foresight: {
    /** An answer takes some milliseconds: after a hundred times that nobody is there. */
    answer_ms: 1_000,
    /** Asked by a process at a time: some thousand a second. With the largest answers they take 25 MB. */
    questions: 32,
    /** Under way from the process that is asked, which has better things to do: four processes may ask all that they can. */
    answers: 128,
    /** Postgres carries less than 8,000 bytes in a notification; a part is named before its text. */
    partBytes: 7_900,
    /** Of an answer: 790 kB, some thirty thousand trades. No order that a customer can pay for meets as many. */
    parts: 100,
  },
  /** How often pending orders are looked for that a process accepted and told nobody of, because it died then. */
  look_ms: 1_000,
  /** How often in a row what is reported of an order may fail to be booked: a passing trouble may be between, not three. */
  bookings: 3,
  /** A submit, cancel or replacement that is not answered by then is asked for: a venue answers within a second. */
  answer_ms: 5_000,
  /**
   * So long a message may still be on its way: a venue that does not know an order later than this has never had it. Twice
   * the longest deadline of a call and its retries.
   */
  unknown_ms: 30_000,
  /** How often doubtful orders are looked for, and the venue is asked about the same one again. */
  reconcile_ms: 500,
  askAgain_ms: 2_000,
  /** Doubtful orders asked about at once: a burst after an outage must not become one on the venue. */
  reconcilePage: 50,
  /** A resting order of which nothing was heard for so long is asked about too: a lost report must not stay lost. */
  recheck_ms: 60_000,
  /** Of those, asked about at once: twenty a second, so a thousand resting orders are seen through in a minute. */
  recheckPage: 10,
  /** Of an answer of an external venue: a page of reports has a few hundred bytes each. */
  answerBytes: 4_000_000,
  /** Orders in one message to an external venue: about 40 kB. */
  rowsPerMessage: 100,
  /** How long an external venue may wait for something to report; a dead one is noticed that much later. */
  pollWait_ms: 2_000,
  /** Before reports that did not come, or could not be read or booked, are asked for again. */
  pollPause_ms: 250,
  /** Of reports that cannot be booked, or never come: then they are left out, and reconciliation finds what is missing. */
  bookAttempts: 5,
  /** How often an HTTP source of quotes is read: as often as other processes are told. */
  quotes_ms: 250,
} as const;
