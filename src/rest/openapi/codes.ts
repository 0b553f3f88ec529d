import {
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import { catalogue, type ErrorCode } from '../../errors.ts';
import type { Access } from '../../graphql/access.ts';
import type { RestOperation } from '../operation.ts';

const password: readonly ErrorCode[] = ['PASSWORD_TOO_SHORT', 'PASSWORD_TOO_LONG', 'PASSWORD_TOO_COMMON'];
const names: readonly ErrorCode[] = ['EMAIL_TAKEN', 'USERNAME_TAKEN'];
const newUser: readonly ErrorCode[] = ['INVALID_INPUT', ...names, ...password];

/** What a mutation of identity or administration may be refused with; those of money and orders share the rest of the payload codes. */
const identity: Readonly<Record<string, readonly ErrorCode[]>> = {
  register: newUser,
  login: ['INVALID_INPUT', 'INVALID_CREDENTIALS', 'USER_SUSPENDED', 'SECOND_FACTOR_REQUIRED'],
  refresh: ['INVALID_REFRESH_TOKEN', 'USER_SUSPENDED'],
  requestPasswordReset: ['INVALID_INPUT', 'NOT_SUPPORTED'],
  resetPassword: ['INVALID_RESET_TOKEN', 'SECOND_FACTOR_REQUIRED', 'INVALID_CREDENTIALS', ...password],
  logout: [],
  logoutEverywhere: [],
  changePassword: ['INVALID_INPUT', 'INVALID_CREDENTIALS', ...password],
  updateLogin: ['INVALID_INPUT', 'INVALID_CREDENTIALS', 'RECENT_SIGN_IN_REQUIRED', ...names, ...password],
  deleteAccount: ['INVALID_INPUT', 'INVALID_CREDENTIALS', 'RECENT_SIGN_IN_REQUIRED', 'OPEN_ORDERS', 'LAST_ADMIN'],
  enrolSecondFactor: ['INVALID_CREDENTIALS', 'RECENT_SIGN_IN_REQUIRED', 'SECOND_FACTOR_EXISTS'],
  confirmSecondFactor: ['INVALID_CREDENTIALS', 'NO_SECOND_FACTOR'],
  removeSecondFactor: ['INVALID_CREDENTIALS', 'NO_SECOND_FACTOR'],
  renewRecoveryCodes: ['INVALID_CREDENTIALS', 'RECENT_SIGN_IN_REQUIRED', 'NO_SECOND_FACTOR'],
  resetSecondFactor: ['INVALID_INPUT', 'NOT_FOUND', 'NO_SECOND_FACTOR'],
  updateProfile: ['INVALID_INPUT'],
  setUserRoles: ['INVALID_INPUT', 'NOT_FOUND', 'LAST_ADMIN'],
  addUserRole: ['NOT_FOUND'],
  removeUserRole: ['INVALID_INPUT', 'NOT_FOUND', 'LAST_ADMIN'],
  createUser: newUser,
  updateUser: ['INVALID_INPUT', 'NOT_FOUND', ...names],
  closeUser: ['INVALID_INPUT', 'NOT_FOUND', 'OPEN_ORDERS', 'LAST_ADMIN'],
  suspendUser: ['INVALID_INPUT', 'NOT_FOUND', 'LAST_ADMIN'],
  sendPasswordReset: ['INVALID_INPUT', 'NOT_FOUND', 'USER_SUSPENDED', 'NOT_SUPPORTED'],
  reinstateUser: ['INVALID_INPUT', 'NOT_FOUND'],
};

const ofIdentity = new Set(
  Object.values(identity)
    .flat()
    .filter((code) => !['INVALID_INPUT', 'NOT_FOUND', 'NOT_SUPPORTED'].includes(code)),
);

/** What changes money or orders may be refused with: every payload code that is not about identity. */
const trading = (Object.keys(catalogue) as ErrorCode[]).filter(
  (code) => catalogue[code].where === 'payload' && !ofIdentity.has(code),
);

export const rootNames = ({ document }: RestOperation): string[] =>
  (document.definitions[0] as OperationDefinitionNode).selectionSet.selections.flatMap((node) =>
    node.kind === Kind.FIELD ? [node.name.value] : [],
  );

/** Where the operation's root fields are for the signed-in, or for some of them. */
export const accessOf = (operation: RestOperation, schema: GraphQLSchema): Access => {
  const fields = schema.getRootType(operation.kind as OperationTypeNode)!.getFields();
  const levels = rootNames(operation).map((name) => (fields[name]?.extensions.access ?? 'public') as Access);
  const order = [
    (level: Access) => typeof level === 'object',
    (level: Access) => level === 'signedIn',
    (level: Access) => level === 'enrolling',
  ];
  return order.map((fits) => levels.find(fits)).find((level) => level !== undefined) ?? 'public';
};

/** Every code that a well-meant request of the operation may be refused with. */
export const codesOf = (operation: RestOperation, access: Access): ErrorCode[] => {
  const codes: ErrorCode[] = [
    'BAD_REQUEST',
    'BAD_USER_INPUT',
    'RATE_LIMITED',
    'OVERLOADED',
    'DEPENDENCY_UNAVAILABLE',
    'INTERNAL_SERVER_ERROR',
  ];
  if (access !== 'public') codes.push('UNAUTHENTICATED');
  if (access !== 'public' && access !== 'enrolling') codes.push('SECOND_FACTOR_REQUIRED');
  if (typeof access === 'object') codes.push('FORBIDDEN');
  if (operation.path.includes('{')) codes.push('NOT_FOUND');
  if (operation.method !== 'GET' && operation.method !== 'DELETE')
    codes.push('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (operation.kind === 'mutation') {
    codes.push('DONE_WITHOUT_ANSWER');
    for (const name of rootNames(operation)) codes.push(...(identity[name] ?? trading));
  }
  return [...new Set(codes)];
};

/** An Idempotency-Key has an effect where the operation's input has a field for one. */
export const isIdempotent = (operation: RestOperation, schema: GraphQLSchema): boolean => {
  const fields = schema.getRootType(operation.kind as OperationTypeNode)!.getFields();
  return (
    operation.kind === 'mutation' &&
    rootNames(operation).some((name) => {
      const input = getNamedType(fields[name]?.args.find((argument) => argument.name === 'input')?.type);
      return isInputObjectType(input) && 'idempotencyKey' in input.getFields();
    })
  );
};
