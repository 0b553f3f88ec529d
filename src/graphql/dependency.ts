import {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Dependency } from '../guard/circuits.ts';
import type { GraphContext } from './context.ts';

/**
 * What a field needs that is not this server. REFUSED unless the circuit is closed: nothing is begun that could not go on.
 * SERVED: it goes on with what is known here, and the answer says how the dependency stands.
 */
export interface FieldDependency {
  on: Dependency;
  whileOpen: 'REFUSED' | 'SERVED';
}

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      dependency: DependencyPlugin<Types>;
    }
    interface FieldOptions<
      Types extends SchemaTypes,
      ParentShape,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      dependency?: FieldDependency;
    }
  }
}

/** Behind the access rules: who may not use a field is not told how its dependencies stand. */
export class DependencyPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const { dependency } = field.pothosOptions as { dependency?: FieldDependency };
    if (dependency === undefined) return resolver;
    const { on, whileOpen } = dependency;
    return (parent, args, given, info) => {
      const context = given as unknown as GraphContext;
      context.dependencies ??= new Set();
      context.dependencies.add(on);
      if (whileOpen === 'REFUSED') context.services.circuits.check(on);
      return resolver(parent, args, given, info);
    };
  }
}
