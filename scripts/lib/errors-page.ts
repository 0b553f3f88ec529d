import { catalogue } from '../../src/errors.ts';

const rows = (where: 'payload' | 'top'): string[] =>
  Object.entries(catalogue)
    .filter(([, entry]) => entry.where === where || entry.where === 'both')
    .map(([code, entry]) => `| \`${code}\` | ${entry.status} | ${entry.retryable ? 'yes' : 'no'} | ${entry.meaning} |`);

const table = (where: 'payload' | 'top'): string =>
  ['| code | HTTP | retry | meaning |', '| --- | --- | --- | --- |', ...rows(where)].join('\n');

/** docs/errors.md, from the catalogue. */
export const errorsPage = (): string => `# Errors

<!-- Made from src/errors.ts by \`npm run generate\`; edit it there. -->

A mutation answers with its payload. What the caller can put right comes in the payload's \`userErrors\`, each with a
\`code\`, a \`message\` for people and the \`field\` of the input it is about. What refuses the whole request or field comes
in the answer's \`errors\`, with the code in \`extensions.code\`. Programs should decide by the code; messages may change.

HTTP is the status of the same failure over REST. Over GraphQL a request that is refused before its document is looked at has that status, and
so has QUERY_TOO_COMPLEX. For documents that do not parse, validate or are not known by their hash, and variables that do not fit, the client's \`Accept\` decides: that status with
\`application/graphql-response+json\`, else 200. What refuses a field, UNAUTHENTICATED and FORBIDDEN too, and what a payload says is 200; only
where RATE_LIMITED, OVERLOADED or DEPENDENCY_UNAVAILABLE left nothing to answer, the status is theirs.
Retry says whether the same request may succeed later without being changed.

## In a payload

${table('payload')}

## In place of an answer

${table('top')}
`;
