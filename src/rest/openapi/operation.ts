import type { OperationTypeNode } from 'graphql';
import type { RestOperation } from '../operation.ts';
import { accessOf, codesOf, isIdempotent, rootNames } from './codes.ts';
import type { DocumentedFace } from './documented-face.ts';
import { exampleOf } from './examples.ts';
import { inputOf } from './input.ts';
import type { Operation, Reference, Response } from './openapi.ts';
import { type Refusal, refusalsOf } from './refusals.ts';
import { successOf } from './success.ts';

/** As FastAPI calls it. */
export const PASSWORD_FLOW = 'OAuth2PasswordBearer';

const wordsOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter, at) => (at === 0 ? letter : ` ${letter.toLowerCase()}`));

/** Below which noun a path stands: its first segment after the version. */
export const tagOf = (path: string): string => /^(?:\/api)?(?:\/v\d+)?\/([\w-]+)/.exec(path)?.[1] ?? 'service';

const formTypes = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** One route of a face, with its refusals apart: those of several faces may have to be joined. */
export interface Documented {
  method: string;
  path: string;
  operation: Omit<Operation, 'responses'>;
  success: { status: number; response: Response };
  refusals: Refusal[];
}

export const documentOperation = (face: DocumentedFace, operation: RestOperation): Documented => {
  const { schema, components } = face;
  const access = accessOf(operation, schema);
  const { parameters, body } = inputOf(face, operation);
  const field = schema.getRootType(operation.kind as OperationTypeNode)!.getFields()[rootNames(operation)[0] ?? ''];
  const permission = typeof access === 'object' ? `Needs the permission \`${access.permission}\`.` : '';
  const description = [field?.description ?? '', permission].filter((text) => text !== '').join('\n\n');
  const forHeaders: Reference[] = [
    ...(isIdempotent(operation, schema) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(operation.method === 'GET' ? [{ $ref: '#/components/parameters/IfNoneMatch' }] : []),
  ];
  const all = [...parameters, ...forHeaders];
  const media = face.dialect.forms?.has(operation.name) ? formTypes : ['application/json'];
  const content = body && { schema: body, example: exampleOf(body, components, '', true) };
  return {
    method: operation.method.toLowerCase(),
    path: operation.path,
    operation: {
      operationId: operation.name,
      tags: [tagOf(operation.path)],
      summary: wordsOf(operation.name),
      ...(description !== '' && { description }),
      ...(operation.deprecated !== undefined && { deprecated: true as const }),
      ...(all.length > 0 && { parameters: all }),
      ...(content && {
        requestBody: { required: true, content: Object.fromEntries(media.map((type) => [type, content])) },
      }),
      security:
        access === 'public' ? [] : [{ bearerAuth: [] }, ...(face.dialect.signIn ? [{ [PASSWORD_FLOW]: [] }] : [])],
    },
    success: successOf(face, operation),
    refusals: refusalsOf(face, operation, [
      ...codesOf(operation, access),
      ...(face.dialect.negotiates ? (['NOT_ACCEPTABLE'] as const) : []),
    ]),
  };
};
