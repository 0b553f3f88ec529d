/** What every command of an operator says of its reason. */
export const REASON = 'For the audit log; up to 256 characters on one line.';
