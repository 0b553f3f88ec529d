import { readFileSync } from 'node:fs';

/** A setting of .env.example: the comment above it says what it does, the commented value is its default or an example. */
const settings = (): string[] =>
  [...readFileSync('.env.example', 'utf8').matchAll(/^# (.+)\n#([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
    ([, meaning, name, value]) => `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${meaning} |`,
  );

/** docs/configuration.md, from .env.example, which a test holds against config.ts. */
export const configurationPage = (): string => `# Configuration

<!-- Made from .env.example by \`npm run generate\`; edit it there. -->

Settings are environment variables; a \`.env\` file in the folder of the server is read too, and a variable of the environment
wins over it. An empty value counts as absent. A setting that cannot be used ends the start with one line that names it and
exit code 1.

| setting | default or example | meaning |
| --- | --- | --- |
${settings().join('\n')}

## What production refuses

With \`ENVIRONMENT=production\` the server does not start

- without \`DATABASE_URL\`: the embedded database is for development;
- without \`JWT_SECRET_KEY\`, or with one that is short, published, or a few characters repeated;
- with \`*\` in \`ALLOWED_ORIGINS\`;
- with \`DEMO_DATA=true\`.

## Read but not used yet

The rate limits (\`RATE_LIMIT_*\`, \`LOGIN_ATTEMPTS_PER_MINUTE\`, \`REGISTER_PER_HOUR\`, \`ORDERS_PER_MINUTE\`), the circuit breaker
(\`CIRCUIT_BREAKER_*\`) and \`REDIS_URL\` are checked like all others; nothing enforces them yet. Put a proxy that limits requests in front of
a server that strangers can reach.
`;
