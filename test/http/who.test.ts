import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createWho } from '../../src/http/who.ts';
import { unauthenticated } from '../../src/identity/viewer/unauthenticated.ts';
import type { Authentication } from '../../src/identity/viewer/viewer.ts';
import { testViewer } from '../graphql/test-viewers.ts';

const viewer = testViewer('USER');

/** Who a request with this header is, and the tokens that were looked at for it. */
const ask = async (authorization: string | undefined, answer: Authentication = { viewer }) => {
  const tokens: string[] = [];
  const who = createWho(async (token) => {
    tokens.push(token);
    return answer;
  });
  const headers = authorization === undefined ? {} : { authorization };
  return { who: await who({ headers } as IncomingMessage), tokens };
};

describe('who sends a request', () => {
  it('is nobody without an Authorization, and no token is looked at', async () => {
    expect(await ask(undefined)).toEqual({ who: { viewer: null, tokenProblem: null }, tokens: [] });
  });

  it.each(['Bearer abc.def', 'bearer abc.def', 'BEARER   abc.def  '])('is told by the token of %j', async (header) => {
    expect(await ask(header)).toEqual({ who: { viewer, tokenProblem: null }, tokens: ['abc.def'] });
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearerabc',
    ' Bearer abc',
    'xBearer abc',
    'Basic YWRhOnB3',
    'Bearer abc, Bearer def',
    'Bearer abc\tdef',
  ])('has a bad token, not none, with %j', async (header) => {
    const { who, tokens } = await ask(header, { problem: 'MALFORMED' });
    expect(tokens).toEqual(['']);
    expect(who).toEqual({ viewer: null, tokenProblem: 'MALFORMED' });
  });
});

describe('why there is nobody', () => {
  it.each([
    [null, 'Sign in and send the access token: "Authorization: Bearer …".', {}],
    ['MALFORMED', 'The access token is malformed.', { reason: 'MALFORMED' }],
    ['EXPIRED', 'The access token has expired; refresh it or sign in again.', { reason: 'EXPIRED' }],
    ['REVOKED', 'The session of the access token has ended; sign in again.', { reason: 'REVOKED' }],
  ] as const)('is said for %s', (problem, message, details) => {
    const { code, message: said, details: more } = unauthenticated(problem);
    expect([code, said, more]).toEqual(['UNAUTHENTICATED', message, details]);
  });
});
