import { STATUS_CODES } from 'node:http';
import { deprecationHeaders } from '../deprecation.ts';
import type { RestOperation } from '../operation.ts';
import { bodySchema } from './body.ts';
import { isIdempotent } from './codes.ts';
import type { DocumentedFace } from './documented-face.ts';
import { exampleOf, wrappedSchema } from './examples.ts';
import { alwaysOf, headerRefs, type headers } from './headers.ts';
import type { Header, Reference, Response } from './openapi.ts';
import { sampleRequest } from './refusals.ts';

/** The answer to a request that is not refused. */
export const successOf = (face: DocumentedFace, operation: RestOperation): { status: number; response: Response } => {
  const { components } = face;
  const body = bodySchema(operation, face.schema, components);
  const example = body && exampleOf(body.schema, components);
  const answer = face.dialect.success(
    { status: operation.status, ...(body && { body: example }) },
    sampleRequest(face, operation),
  );
  const names: (keyof typeof headers)[] = alwaysOf(face);
  if (operation.method === 'GET') names.push('ETag');
  if (body?.isPage || operation.page !== undefined) names.push('Link');
  if (operation.location !== undefined) names.push('Location');
  if (isIdempotent(operation, face.schema)) names.push('Idempotent-Replayed');
  names.push(...(Object.keys(deprecationHeaders(operation, face.schema)) as ('Deprecation' | 'Sunset')[]));
  const own = Object.entries(answer.headers ?? {}).filter(
    ([name]) => name !== 'Content-Type' && !names.includes(name as keyof typeof headers),
  );
  const ownHeaders: Record<string, Header | Reference> = Object.fromEntries(
    own.map(([name, example]) => [
      name,
      { description: `As the older system has it.`, schema: { type: 'string' }, example },
    ]),
  );
  const response: Response = {
    description: STATUS_CODES[answer.status] ?? '',
    headers: { ...headerRefs(names), ...ownHeaders },
    ...(answer.body !== undefined && {
      content: {
        'application/json': {
          schema:
            face.dialect.schemas?.[operation.name] ??
            (body ? wrappedSchema(answer.body, example, body.schema, components) : {}),
          example: answer.body,
        },
      },
    }),
  };
  return { status: answer.status, response };
};
