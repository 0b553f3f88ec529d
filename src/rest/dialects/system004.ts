import type { ErrorCode } from '../../errors.ts';
import type { Dialect, RestAnswer } from '../dialect.ts';
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
    if (text !== undefined) return { status: 200, body: envelope('error', null, text) };
    if (failure.code === 'UNAUTHENTICATED') {
      const expired = failure.details?.reason === 'EXPIRED';
      const said =
        request.scheme === undefined
          ? 'Token de autenticação necessário'
          : expired
            ? 'Token expirado'
            : 'Token inválido';
      return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, body: envelope('error', null, said) };
    }
    const answer = plain.failure(failure, status, request);
    return answer.status === 422 ? answer : { ...answer, body: envelope('error', null, failure.message) };
  },
};
