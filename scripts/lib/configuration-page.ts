import { secretSettings } from '../../src/config/secret-files.ts';
import { settingTexts } from './settings.ts';

const rows = (): string[] =>
  settingTexts().map(
    ({ name, value, meaning }) => `| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${meaning} |`,
  );

/** docs/configuration.md, from .env.example, which a test holds against config.ts. */
export const configurationPage = (): string => `# Configuration

<!-- Made from .env.example by \`npm run generate\`; edit it there. -->

Settings are environment variables; a \`.env\` file in the folder of the server is read too, and a variable of the environment
wins over it. An empty value counts as absent. Settings that cannot be used end the start with a line for each that names it and
exit code 1. \`npm run doctor\` shows every setting, where it comes from, and what is wrong or weak, without starting anything.

Secrets may come from files, as orchestrators mount them: ${secretSettings.map((name) => `\`${name}_FILE\``).join(', ')} name a file whose content is the value.

| setting | default or example | meaning |
| --- | --- | --- |
${rows().join('\n')}

## What production refuses

With \`ENVIRONMENT=production\` the server does not start

- without \`DATABASE_URL\`: the embedded database is for development;
- without \`JWT_SECRET_KEY\`, or with one that is published, shorter than the hash of \`JWT_ALGORITHM\` (32, 48 or 64 characters), or a
  few characters repeated;
- without \`AUDIT_SEAL_KEY\`, unless \`AUDIT_SEALS=false\` says that the audit log is not sealed;
- with a secret's file that every user of the machine can read or write;
- with \`*\` in \`ALLOWED_ORIGINS\`;
- with \`DEMO_DATA=true\` or \`DEBUG_ERRORS=true\`;
- with a \`PUBLIC_URL\`, \`VENUE_URL\`, \`QUOTES_URL\` or \`BREACHED_PASSWORDS_URL\` that is plain http, or with \`VENUE_URL\` and no \`VENUE_TOKEN\`;
- with \`smtp://\` in \`SMTP_URL\` unless it ends with \`?requireTLS=true\`, or with a \`PASSWORD_RESET_URL\` that is plain http;
- with a limit by request rate that is 0: none at all.
`;
