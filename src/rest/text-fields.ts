import type { InputProblem } from './input.ts';
import type { OwnInput, ShownInput } from './own-input.ts';

/** What an older system demands of a text before anything else; lengths are counted in characters. */
export interface TextField {
  min?: number;
  max?: number;
  /** An e-mail address: which part of it is written in small letters there. */
  email?: 'domain' | 'whole';
  /** The only text that it may be. */
  only?: string;
}

type Rule = NonNullable<InputProblem['rule']> & { message: string };

const NO_AT = 'An email address must have an @-sign.';

const brokenRule = ({ min = 0, max, email, only }: TextField, text: string): Rule | undefined => {
  const { length } = [...text];
  if (email !== undefined && !text.includes('@'))
    return { type: 'value_error', message: `value is not a valid email address: ${NO_AT}`, ctx: { reason: NO_AT } };
  if (length < min)
    return {
      type: 'string_too_short',
      message: `String should have at least ${min} characters`,
      ctx: { min_length: min },
    };
  if (max !== undefined && length > max)
    return {
      type: 'string_too_long',
      message: `String should have at most ${max} characters`,
      ctx: { max_length: max },
    };
  if (only === undefined || text === only) return undefined;
  const pattern = `^${only}$`;
  return { type: 'string_pattern_mismatch', message: `String should match pattern '${pattern}'`, ctx: { pattern } };
};

const written = ({ email }: TextField, text: string): string => {
  if (email === undefined) return text;
  const at = email === 'whole' ? 0 : text.lastIndexOf('@');
  return text.slice(0, at) + text.slice(at).toLowerCase();
};

/** Where the operation's own input does not tell it. */
const shownAs = ([name, { min, only }]: [string, TextField]): [string, ShownInput][] => {
  if (only !== undefined) return [[name, { schema: { type: 'string', const: only } }]];
  return min === undefined ? [] : [[name, { schema: { type: 'string', minLength: min } }]];
};

/** Reads texts of the body by the rules of an older system, which refuses in its own words what breaks them. */
export const textFields = (fields: Readonly<Record<string, TextField>>): OwnInput => ({
  shown: Object.fromEntries(Object.entries(fields).flatMap(shownAs)),
  read: (given) => {
    if (typeof given.body !== 'object' || given.body === null || Array.isArray(given.body)) return given;
    const body: Record<string, unknown> = { ...given.body };
    const problems: InputProblem[] = [];
    for (const [name, field] of Object.entries(fields)) {
      const text = Object.hasOwn(body, name) ? body[name] : undefined;
      if (typeof text !== 'string') continue;
      const broken = brokenRule(field, text);
      if (broken === undefined) body[name] = written(field, text);
      else {
        const { message, ...rule } = broken;
        problems.push({ in: 'body', field: [name], kind: 'invalid', message, rule });
      }
    }
    return problems.length > 0 ? { problems } : { ...given, body };
  },
});
