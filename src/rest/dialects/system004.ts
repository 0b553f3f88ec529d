import type { ErrorCode } from '../../errors.ts';
import type { Dialect, RestAnswer, RestRequest } from '../dialect.ts';
import { fastapi } from './fastapi.ts';

const envelope = (status: 'success' | 'error', data: unknown, message: string | null): object => ({
  status,
  data,
  message,
});

const page =
  (data: object): (() => RestAnswer) =>
  () => ({ status: 200, body: envelope('success', data, null) });

/** Failures of the business are 200 there, with the word "error" inside. One text for every wrong sign-in: which part was wrong is not told. */
const business: Partial<Record<ErrorCode, string>> = {
  USERNAME_TAKEN: 'Usuário já existe',
  EMAIL_TAKEN: 'Usuário já existe',
  INVALID_CREDENTIALS: 'Senha incorreta',
  USER_SUSPENDED: 'Usuário inativo',
};

const BUSY = 'Serviço temporariamente indisponível';
const texts: Partial<Record<ErrorCode, string>> = {
  NOT_FOUND: 'Não encontrado',
  METHOD_NOT_ALLOWED: 'Método não permitido',
  PAYLOAD_TOO_LARGE: 'Corpo da requisição muito grande',
  UNSUPPORTED_MEDIA_TYPE: 'O corpo deve ser application/json em UTF-8',
  RATE_LIMITED: 'Muitas requisições; tente novamente mais tarde',
  OVERLOADED: BUSY,
  DEPENDENCY_UNAVAILABLE: BUSY,
};

const refused = (status: number, message: string): RestAnswer => ({ status, body: envelope('error', null, message) });

const unauthenticated = ({ scheme, tokenProblem }: RestRequest): RestAnswer => {
  const expired = tokenProblem === 'EXPIRED' ? 'Token expirado' : 'Token inválido';
  const said = scheme === undefined ? 'Token de autenticação necessário' : expired;
  return { ...refused(401, said), headers: { 'WWW-Authenticate': 'Bearer' } };
};

/** There are no items here; that only the signed-in are told. */
const ofItems = (request: RestRequest): RestAnswer | undefined => {
  const [items, one] = /\/itens(\/\d+)?$/.exec(request.path) ?? [];
  if (items === undefined) return undefined;
  if (request.tokenTimes === undefined) return unauthenticated(request);
  return one === undefined ? undefined : refused(200, 'Item não encontrado');
};

/** What does not fit is told as FastAPI does. */
const plain = fastapi({ unauthenticated: () => ({ detail: 'Token inválido' }), texts: {} });

/** The distributed gateway: an envelope of three keys around everything, in Portuguese. */
export const system004: Dialect = {
  ignoresUnknown: true,
  documentsAt: '',
  pages: {
    '/saude': page({ status: 'saudavel', servico: 'api-gateway', load_balancer: null }),
    '/identidade': page({ servidor: 'bourse' }),
  },
  success: (answer, { operation }) => ({
    ...answer,
    body:
      operation?.name === 'EnvelopeRegister'
        ? envelope('success', null, 'Usuário registrado com sucesso')
        : envelope('success', answer.body ?? null, null),
  }),
  failure: (failure, status, request) => {
    const text = business[failure.code];
    if (text !== undefined) return refused(200, text);
    if (failure.code === 'UNAUTHENTICATED') return unauthenticated(request);
    const item = failure.code === 'NOT_FOUND' ? ofItems(request) : undefined;
    if (item !== undefined) return item;
    const answer = plain.failure(failure, status, request);
    return answer.status === 422
      ? answer
      : { ...answer, ...refused(answer.status, texts[failure.code] ?? failure.message) };
  },
};
