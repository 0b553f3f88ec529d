import { Agent, request } from 'undici';
import { DependencyError, isBrokenStatus } from '../../guard/failure.ts';
import { limits } from '../../limits.ts';

export interface JsonAnswer {
  status: number;
  value: unknown;
}

export interface JsonClient {
  /** Rejects when there is no answer: no connection, a broken status, no JSON. Every other status is an answer. */
  ask(method: 'GET' | 'POST', path: string, signal: AbortSignal, body?: object): Promise<JsonAnswer>;
  close(): Promise<void>;
}

const parse = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch (error) {
    throw new DependencyError('BAD_BODY', 'the answer is not JSON', { cause: error });
  }
};

/** JSON over HTTP to one server. Time is bounded by the caller's signal alone; what is answered, by size. */
export const createJsonClient = ({ url, token }: { url: string; token: string | undefined }): JsonClient => {
  const agent = new Agent({
    connections: limits.guard.concurrent,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: limits.venue.answerBytes,
  });
  const base = url.replace(/\/+$/, '');
  return {
    ask: async (method, path, signal, body) => {
      const { statusCode: status, body: answer } = await request(`${base}${path}`, {
        dispatcher: agent,
        method,
        signal,
        headers: {
          accept: 'application/json',
          ...(body && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.text();
      if (isBrokenStatus(status)) throw new DependencyError('STATUS', `it answered with status ${status}`);
      return { status, value: parse(text) };
    },
    close: () => agent.destroy(),
  };
};
