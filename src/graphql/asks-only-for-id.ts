import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/**
 * Whether of what a field leads to only the id is asked for. Who has the id in hand then needs no read, and where a command was
 * carried out, none that can fail behind it.
 */
export const asksOnlyForId = ({ fieldNodes, fragments }: GraphQLResolveInfo): boolean => {
  const isOnlyId = ({ selections }: SelectionSetNode): boolean =>
    selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === 'id' || selection.name.value === '__typename';
      const inside = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      return inside !== undefined && isOnlyId(inside.selectionSet);
    });
  return fieldNodes.every(({ selectionSet }) => selectionSet !== undefined && isOnlyId(selectionSet));
};
