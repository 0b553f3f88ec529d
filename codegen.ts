import type { CodegenConfig } from '@graphql-codegen/cli';

/**
 * Typed documents for the tests. A frontend copies this file, points `schema` at its copy of schema.graphql (or at
 * http://localhost:8000/graphql) and `documents` at its own operations, and gets the type of every answer and of every
 * variable with `npx graphql-codegen`. The scalars are strings there too: what a Decimal is, JSON numbers cannot say.
 */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'test/graphql/documents/*.graphql',
  importExtension: '.ts',
  generates: {
    'test/graphql/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        defaultScalarType: 'never',
        scalars: { ID: 'string', Decimal: 'string', DateTime: 'string', EmailAddress: 'string' },
      },
    },
  },
};

export default config;
