/**
 * Real hashes that cost a fiftieth of the standard: nearly every test makes users, and what the standard costs is shown in
 * `test/identity/password/password.test.ts` and by every server that runs in a process of its own.
 */
export const quickHashes = { memoryCost: 1_024, timeCost: 1 };
