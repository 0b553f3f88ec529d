import { STATUS_CODES } from 'node:http';
import {
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  TypeInfo,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { deprecationHeaders } from '../deprecation.ts';
import type { Face } from '../faces.ts';
import type { RestOperation } from '../operation.ts';
import { bodySchema } from './body.ts';
import { accessOf, codesOf, rootNames } from './codes.ts';
import { exampleOf, wrappedSchema } from './examples.ts';
import { alwaysOf, headerRefs, type headers } from './headers.ts';
import type { Components, JsonSchema } from './json-schema.ts';
import type { Header, Operation, Parameter, Reference, Response } from './openapi.ts';
import { type Refusal, refusalsOf, sampleRequest } from './refusals.ts';
import { described, inputSchema, presentInput } from './types.ts';

export interface DocumentedFace extends Face {
  schema: GraphQLSchema;
  components: Components;
}

interface VariableNotes {
  description?: string;
  deprecated?: true;
}

/** What the schema says of the argument or input field that each variable is given to. */
const notesOf = ({ document }: RestOperation, schema: GraphQLSchema): Map<string, VariableNotes> => {
  const notes = new Map<string, VariableNotes>();
  const types = new TypeInfo(schema);
  let field: GraphQLInputField | undefined;
  const look = visitWithTypeInfo(types, {
    ObjectField: ({ name }) => {
      const parent = getNamedType(types.getParentInputType());
      field = isInputObjectType(parent) ? parent.getFields()[name.value] : undefined;
    },
    Argument: () => {
      field = undefined;
    },
    Variable: ({ name }) => {
      const given = field ?? types.getArgument();
      if (given == null || notes.has(name.value)) return;
      notes.set(name.value, {
        ...described(given.description),
        ...(given.deprecationReason != null && { deprecated: true }),
      });
    },
    VariableDefinition: () => false,
  });
  visit(document, look);
  return notes;
};

const defaultsOf = ({ document }: RestOperation): Map<string, unknown> => {
  const node = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)!;
  const variables = (node as OperationDefinitionNode).variableDefinitions ?? [];
  return new Map(
    variables.flatMap(({ variable, defaultValue }) =>
      defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
    ),
  );
};

const inputOf = (
  { schema, components, dialect }: DocumentedFace,
  operation: RestOperation,
): { parameters: Parameter[]; body: JsonSchema | undefined } => {
  const notes = notesOf(operation, schema);
  const defaults = defaultsOf(operation);
  const closed = !dialect.ignoresUnknown;
  const hasBody = operation.method !== 'GET' && operation.method !== 'DELETE';
  const own = dialect.inputs?.[operation.name]?.shown ?? {};
  const parameters: Parameter[] = [];
  const properties: Record<string, JsonSchema> = {};
  const needed: string[] = [];
  let body: JsonSchema | undefined;
  for (const { name, type, required } of operation.variables) {
    const isRequired = required && !Object.hasOwn(operation.derive, name);
    const shown = own[name];
    if (shown === null) continue;
    const inPath = operation.path.includes(`{${name}}`);
    const fallback = defaults.has(name) && { default: defaults.get(name) };
    if (hasBody && !inPath) {
      if (name === 'input') {
        body = presentInput(type, components, closed);
        continue;
      }
      properties[name] = {
        ...(shown?.schema ?? inputSchema(type, components, closed)),
        ...fallback,
        ...notes.get(name),
      };
      if (isRequired) needed.push(name);
    } else {
      const schema = shown?.schema ?? presentInput(type, components, closed);
      parameters.push({
        name,
        in: inPath ? 'path' : 'query',
        ...((inPath || isRequired) && { required: true }),
        ...notes.get(name),
        ...(isListType(getNullableType(type)) && { style: 'form', explode: false }),
        schema: { ...schema, ...fallback },
        ...((inPath || isRequired) && { example: exampleOf(schema, components, name) }),
      });
    }
  }
  for (const [name, shown] of Object.entries(own))
    if (shown !== null && !operation.variables.some((variable) => variable.name === name)) {
      if (hasBody) properties[name] = shown.schema;
      else parameters.push({ name, in: 'query', ...shown });
    }
  if (body === undefined && Object.keys(properties).length > 0)
    body = {
      type: 'object',
      properties,
      ...(needed.length > 0 && { required: needed }),
      ...(closed && { additionalProperties: false }),
    };
  return { parameters, body };
};

const successOf = (face: DocumentedFace, operation: RestOperation): { status: number; response: Response } => {
  const { components } = face;
  const body = bodySchema(operation, face.schema, components);
  const example = body && exampleOf(body.schema, components);
  const answer = face.dialect.success(
    { status: operation.status, ...(body && { body: example }) },
    sampleRequest(face, operation),
  );
  const names: (keyof typeof headers)[] = alwaysOf(face);
  if (operation.method === 'GET') names.push('ETag');
  if (body?.isPage) names.push('Link');
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

/** An Idempotency-Key has an effect where the operation's input has a field for one. */
const isIdempotent = (operation: RestOperation, schema: GraphQLSchema): boolean => {
  const fields = schema.getRootType(operation.kind as OperationTypeNode)!.getFields();
  return (
    operation.kind === 'mutation' &&
    rootNames(operation).some((name) => {
      const input = getNamedType(fields[name]?.args.find((argument) => argument.name === 'input')?.type);
      return isInputObjectType(input) && 'idempotencyKey' in input.getFields();
    })
  );
};

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
