/** The bounds of sessions and second factors. Part of limits.ts. */
export const signingIn = {
  secondFactor: {
    /** How long an enrolment waits for its first code: as long as ASVS 6.5.5 gives a code that is sent. */
    confirm_ms: 600_000,
    /** One-time codes of so many steps before and after the present one are taken: clocks differ, and people type. */
    window: 1,
    recoveryCodes: 10,
    /** Of a code as it is typed, with spaces and dashes; the longest of ours has 29 characters. */
    codeLength: 64,
  },
  session: {
    /** How long the loser of a concurrent refresh still gets the winner's successor. */
    refreshGrace_ms: 10_000,
    /** A cached viewer is read again after this, so that a revoked token dies within a second in every process. */
    viewerCache_ms: 500,
    viewerCacheEntries: 10_000,
    /** Ours have about 450 characters; a longer one is not looked at. */
    accessTokenLength: 1_024,
    /** So long after signing in nobody is asked for the password again, to change how they sign in. */
    recent_ms: 300_000,
    /** Open sessions of one user; the oldest makes room. */
    perUser: 50,
  },
} as const;
