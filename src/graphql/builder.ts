import SchemaBuilder, {
  BasePlugin,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import type { Access } from './access.ts';
import type { GraphContext } from './context.ts';
import { DependencyPlugin } from './dependency.ts';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      access: AccessPlugin<Types>;
    }
    // The option exists on root fields only, and there it must be given.
    interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      access: Access;
    }
    interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      access: Access;
      /** Checks or sets a password, a code or a session: by alias, one document would be many attempts. */
      oneADocument?: true;
    }
    interface SubscriptionFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      access: Access;
    }
  }
}

/** Carries a root field's access level and mark into the schema, where rules.ts and measure.ts read them. */
class AccessPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const { access, oneADocument } = config.pothosOptions as { access?: Access; oneADocument?: true };
    if (access === undefined) return config;
    return { ...config, extensions: { ...config.extensions, access, ...(oneADocument && { oneADocument }) } };
  }
}
SchemaBuilder.registerPlugin('access', AccessPlugin);
SchemaBuilder.registerPlugin('dependency', DependencyPlugin);

export const builder = new SchemaBuilder<{
  Context: GraphContext;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    Decimal: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    EmailAddress: { Input: string; Output: string };
  };
}>({
  plugins: ['access', 'dependency', RelayPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    edgesFieldOptions: { nullable: { list: false, items: false } },
    nodeFieldOptions: { nullable: false },
  },
  // plugins/complexity.ts asks before anything runs; the plugin's own check would ask at each root field.
  complexity: { defaultComplexity: 1, defaultListMultiplier: 1, disabled: true },
});

builder.queryType({});
builder.mutationType({});
