import { readFileSync } from 'node:fs';

/** A setting as .env.example explains it: the comment above it says what it does, the commented value is its default or an example. */
export interface SettingText {
  name: string;
  value: string;
  meaning: string;
}

/** The settings of .env.example, which a test holds against config.ts. */
export const settingTexts = (): SettingText[] =>
  [
    ...readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').matchAll(
      /^# (.+)\n#([A-Z][A-Z0-9_]*)=(.*)$/gm,
    ),
  ].map(([, meaning, name, value]) => ({ name: name!, value: value!, meaning: meaning! }));
