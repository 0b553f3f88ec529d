import type { Exchange } from '../http/answer.ts';
import type { Face } from './faces.ts';
import { type Found, methodOf, otherwise } from './found.ts';
import { misfit } from './outcome.ts';
import type { FacePages } from './pages.ts';
import type { RefuseAs, Refusing } from './refuse.ts';

/** The answer of a face's own page. */
export const createFindPage =
  ({ pages, refuse, refusing }: { pages: FacePages; refuse: RefuseAs; refusing: Refusing }) =>
  (exchange: Exchange, candidates: readonly Face[]): Found | undefined => {
    for (const face of candidates) {
      const path = exchange.path.slice(face.base.length);
      const page = pages.find(face.dialect, path);
      const refused = refusing(exchange, face);
      const { limitHeaders, counted } = face.dialect;
      const serves = face.dialect.serves?.[path];
      if (serves) return { refuse: refused, limitHeaders, handle: { serves } };
      if (page !== undefined && methodOf(exchange) === 'GET') {
        const handle = async () => {
          const answer = await page(new URLSearchParams(exchange.search));
          return 'problems' in answer ? refuse(exchange, face, {}, misfit(answer.problems)) : answer;
        };
        return counted?.has(path) ? { refuse: refused, limitHeaders, handle } : { handle };
      }
      if (page !== undefined) return { refuse: refused, handle: () => otherwise(exchange, refused, ['GET']) };
    }
    return undefined;
  };
