import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getIntrospectionQuery,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** How big a document is once its fragments are filled in. */
export interface Measure {
  depth: number;
  aliases: number;
  fields: number;
  /** Of the introspection in it, each list times its usual length. */
  introspection: number;
  /** The root fields of the operation that has the most. */
  rootFields: number;
  /** The marked root fields, in the operation that has the most. */
  signIns: number;
  /** As written, with no fragment filled in. */
  directives: number;
  spreads: number;
  repeats: number;
}

interface Part {
  depth: number;
  aliases: number;
  fields: number;
  introspection: number;
  /** What the part costs if it stands inside an introspection field. */
  weight: number;
  topFields: number;
  signIns: number;
}

const nothing: Part = { depth: 0, aliases: 0, fields: 0, introspection: 0, weight: 0, topFields: 0, signIns: 0 };

/** Rough lengths of the lists of introspection: what makes a short document ask for a whole schema many times over. */
const listLength: Record<string, number> = {
  types: 100,
  fields: 10,
  inputFields: 10,
  enumValues: 10,
  possibleTypes: 5,
  interfaces: 2,
  args: 3,
  directives: 5,
};

/** The mutations that are marked where they are registered (builder.ts): one a document. */
export const markedFields = (schema: GraphQLSchema): ReadonlySet<string> =>
  new Set(
    Object.values(schema.getMutationType()?.getFields() ?? {})
      .filter(({ extensions }) => extensions.oneADocument === true)
      .map(({ name }) => name),
  );

const isIntrospection = (name: string): boolean => name === '__schema' || name === '__type';

/**
 * Counts with one look at every node, however often its fragment is spread: the sums of a fragment are remembered.
 * A fragment inside itself counts as nothing, because validation refuses the document for it.
 */
export const measureDocument = (document: DocumentNode, marked: ReadonlySet<string> = new Set()): Measure => {
  const written = { directives: 0, spreads: 0, repeats: 0 };
  const definitions = new Map<string, FragmentDefinitionNode>();
  const measured = new Map<string, Part>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) definitions.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }

  const measureFragment = (name: string): Part => {
    const known = measured.get(name);
    const definition = definitions.get(name);
    if (known !== undefined || definition === undefined) return known ?? nothing;
    measured.set(name, nothing);
    written.directives += definition.directives?.length ?? 0;
    const part = measureSet(definition.selectionSet);
    measured.set(name, part);
    return part;
  };

  const measureSelection = (selection: SelectionNode): Part => {
    written.directives += selection.directives?.length ?? 0;
    if (selection.kind !== Kind.FIELD) {
      written.spreads += 1;
      return selection.kind === Kind.FRAGMENT_SPREAD
        ? measureFragment(selection.name.value)
        : measureSet(selection.selectionSet);
    }
    const name = selection.name.value;
    const inner = selection.selectionSet ? measureSet(selection.selectionSet) : nothing;
    const weight = 1 + (listLength[name] ?? 1) * inner.weight;
    const apart = isIntrospection(name);
    return {
      depth: 1 + (apart ? 0 : inner.depth),
      aliases: inner.aliases + (selection.alias ? 1 : 0),
      fields: 1 + (apart ? 0 : inner.fields),
      introspection: apart ? weight : inner.introspection,
      weight,
      topFields: 1,
      signIns: marked.has(name) ? 1 : 0,
    };
  };

  const measureSet = ({ selections }: SelectionSetNode): Part => {
    const sum = { ...nothing };
    const keys = new Set<string>();
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        if (keys.has(key)) written.repeats += 1;
        keys.add(key);
      }
      const part = measureSelection(selection);
      sum.depth = Math.max(sum.depth, part.depth);
      sum.aliases += part.aliases;
      sum.fields += part.fields;
      sum.introspection += part.introspection;
      sum.weight += part.weight;
      sum.topFields += part.topFields;
      sum.signIns += part.signIns;
    }
    return sum;
  };

  const total = { depth: 0, aliases: 0, fields: 0, introspection: 0, rootFields: 0, signIns: 0 };
  for (const operation of operations) {
    written.directives += operation.directives?.length ?? 0;
    for (const variable of operation.variableDefinitions ?? []) written.directives += variable.directives?.length ?? 0;
    const part = measureSet(operation.selectionSet);
    total.depth = Math.max(total.depth, part.depth);
    total.aliases += part.aliases;
    total.fields += part.fields;
    total.introspection += part.introspection;
    total.rootFields = Math.max(total.rootFields, part.topFields);
    if (operation.operation === 'mutation') total.signIns = Math.max(total.signIns, part.signIns);
  }
  for (const name of definitions.keys()) measureFragment(name);
  return { ...total, ...written };
};

/** What GraphiQL and code generators ask at most. */
export const fullIntrospection: number = measureDocument(
  parse(
    getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
  ),
).introspection;
