import { type HttpAnswer, JSON_TYPE } from '../http/answer.ts';
import type { RestAnswer } from './dialect.ts';

/** The answer of a face as HTTP sends it. */
export const written = ({ status, headers = {}, body }: RestAnswer, more: Record<string, string> = {}): HttpAnswer => {
  if (body === undefined) return { status, headers: { 'Cache-Control': 'no-store', ...more, ...headers } };
  return {
    status,
    headers: { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-store', ...more, ...headers },
    body: JSON.stringify(body),
  };
};
