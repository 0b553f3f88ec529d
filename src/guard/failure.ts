/** What a dependency did wrong, in the words of the metrics. */
export type FailureKind = 'CONNECTION' | 'DEADLINE' | 'BAD_BODY' | 'STATUS';

/** A dependency failed. Thrown by what calls it, where the error of a library would not tell. */
export class DependencyError extends Error {
  readonly kind: FailureKind;
  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DependencyError';
    this.kind = kind;
  }
}

/** The caller went away, or its own time was over: this says nothing about the dependency. */
export class CallerGone extends Error {
  constructor() {
    super('the caller did not wait for the answer');
    this.name = 'CallerGone';
  }
}

/** The statuses with which a server, or a proxy before it, says that it cannot: every other one is an answer. */
const broken = new Set([500, 502, 503, 504]);
export const isBrokenStatus = (status: number): boolean => broken.has(status);

const kinds: readonly [RegExp, FailureKind][] = [
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, 'DEADLINE'],
  [/^(ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENET|UND_ERR_SOCKET|UND_ERR_CLOSED|UND_ERR_DESTROYED)/, 'CONNECTION'],
  [/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/, 'CONNECTION'],
  [/^(HPE_|UND_ERR_(RES_CONTENT_LENGTH_MISMATCH|RES_EXCEEDED_MAX_SIZE))/, 'BAD_BODY'],
];

/** What failed, or undefined when the error is none of the dependency's: a refusal, an answer, a bug of ours. */
export const failureKind = (error: unknown): FailureKind | undefined => {
  // fetch wraps the reason once, some clients twice.
  for (let [cause, depth] = [error, 0]; cause instanceof Error && depth < 4; depth += 1) {
    if (cause instanceof DependencyError) return cause.kind;
    const { code } = cause as NodeJS.ErrnoException;
    const known = typeof code === 'string' ? kinds.find(([pattern]) => pattern.test(code)) : undefined;
    if (known !== undefined) return known[1];
    cause = cause.cause;
  }
  return undefined;
};
