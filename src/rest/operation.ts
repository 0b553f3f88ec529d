import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  typeFromAST,
  validate,
  visit,
} from 'graphql';
import { type RestDirective, readRestDirective } from './directive.ts';

/** A route of a face: a GraphQL operation, and how HTTP asks for it. */
export interface RestOperation extends RestDirective {
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  /** What runs: the operation with the fragments that it uses, without @rest. */
  source: string;
  document: DocumentNode;
  variables: readonly { name: string; type: GraphQLInputType; required: boolean }[];
  /** The result names of the root fields that answer with a payload of `userErrors`. */
  payloads: readonly string[];
  /** What clients call the arguments, and the fields of an input that is made of variables, by what the schema calls them. */
  wireNames: ReadonlyMap<string, string>;
}

const folder = fileURLToPath(new URL('operations', import.meta.url));

const userErrors = parse('{ userErrors { code message field } }').definitions[0] as OperationDefinitionNode;

/** Every payload is asked for its `userErrors`, so that no operation can forget to look at them. */
const withUserErrors = (
  operation: OperationDefinitionNode,
  payloads: ReadonlySet<FieldNode>,
): OperationDefinitionNode => ({
  ...operation,
  directives: [],
  selectionSet: {
    ...operation.selectionSet,
    selections: operation.selectionSet.selections.map((selection) =>
      selection.kind === Kind.FIELD && payloads.has(selection) && selection.selectionSet !== undefined
        ? {
            ...selection,
            selectionSet: {
              ...selection.selectionSet,
              selections: [...selection.selectionSet.selections, ...userErrors.selectionSet.selections],
            },
          }
        : selection,
    ),
  },
});

const fragmentsOf = (
  node: OperationDefinitionNode | FragmentDefinitionNode,
  known: ReadonlyMap<string, FragmentDefinitionNode>,
  found = new Map<string, FragmentDefinitionNode>(),
): Map<string, FragmentDefinitionNode> => {
  visit(node, {
    FragmentSpread: ({ name: { value } }) => {
      const fragment = known.get(value);
      if (fragment === undefined || found.has(value)) return;
      found.set(value, fragment);
      fragmentsOf(fragment, known, found);
    },
  });
  return found;
};

const rootFields = ({ selectionSet }: OperationDefinitionNode): FieldNode[] =>
  selectionSet.selections.filter((selection) => selection.kind === Kind.FIELD);

const wireNamesOf = (node: OperationDefinitionNode): Map<string, string> => {
  const inputs = rootFields(node).flatMap((field) => field.arguments ?? []);
  const fields = inputs.flatMap(({ value }) => (value.kind === Kind.OBJECT ? value.fields : []));
  return new Map(
    [...inputs, ...fields].flatMap(({ name, value }) =>
      value.kind === Kind.VARIABLE ? [[name.value, value.name.value]] : [],
    ),
  );
};

const build = (
  schema: GraphQLSchema,
  node: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): RestOperation => {
  const directive = readRestDirective(node);
  const name = node.name?.value ?? '';
  const root = schema.getRootType(node.operation)?.getFields() ?? {};
  const payloads = rootFields(node).filter((field) => {
    const type = root[field.name.value]?.type;
    const named = type !== undefined && 'ofType' in type ? type.ofType : type;
    return isObjectType(named) && 'userErrors' in named.getFields();
  });
  const operation = withUserErrors(node, new Set(payloads));
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [operation, ...fragmentsOf(operation, fragments).values()],
  };
  const [error] = validate(schema, document);
  if (error !== undefined) throw new Error(`REST operation ${name}: ${error.message}`);
  const variables = (node.variableDefinitions ?? []).map((variable) => {
    const type = typeFromAST(schema, variable.type);
    if (!isInputType(type)) throw new Error(`REST operation ${name}: $${variable.variable.name.value} has no type`);
    const required = variable.type.kind === Kind.NON_NULL_TYPE && variable.defaultValue === undefined;
    return { name: variable.variable.name.value, type, required };
  });
  const inPath = [...directive.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
  const missing = inPath.find((parameter) => !variables.some((variable) => variable.name === parameter));
  if (missing !== undefined) throw new Error(`REST operation ${name}: the path's {${missing}} is no variable`);
  return {
    ...directive,
    name,
    kind: node.operation,
    source: print(document),
    document,
    variables,
    payloads: payloads.map((field) => (field.alias ?? field.name).value),
    wireNames: wireNamesOf(node),
  };
};

/** The operations of a face, from its folder. One that does not fit the schema stops the start, by its name. */
export const readOperations = (face: string, schema: GraphQLSchema): RestOperation[] => {
  const files = readdirSync(join(folder, face)).filter((file) => file.endsWith('.graphql'));
  const definitions = files.flatMap((file) => parse(readFileSync(join(folder, face, file), 'utf8')).definitions);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((node) => build(schema, node, fragments));
};
