import { createHash } from 'node:crypto';
import type { Exchange, HttpAnswer } from '../http/answer.ts';
import { limits } from '../limits.ts';

/**
 * Answers 304 to a reader who has this very body already. What is somebody's own is kept by nobody else. `stable`: what the body says, where
 * the body itself is another one each time; the tag is weak then.
 */
export const unlessKnown = ({ request }: Exchange, answer: HttpAnswer, stable?: string): HttpAnswer => {
  if (typeof answer.body !== 'string') return answer;
  const hash = createHash('sha256').update(stable ?? answer.body);
  const tag = `"${hash.digest('base64url').slice(0, limits.http.etagCharacters)}"`;
  const ETag = stable === undefined ? tag : `W/${tag}`;
  const headers: Record<string, string> = { ...answer.headers, ETag, 'Cache-Control': 'private, no-cache' };
  const known = request.headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (!known?.some((one) => one === tag || one === '*')) return { ...answer, headers };
  const { 'Content-Type': _type, ...kept } = headers;
  return { status: 304, headers: kept };
};
