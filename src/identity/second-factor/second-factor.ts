import { Role } from '../viewer/permissions.ts';

/** Who must have a second factor; the setting SECOND_FACTOR. */
export type SecondFactorRule = 'optional' | 'staff' | 'everyone';

export const mustHaveSecondFactor = (rule: SecondFactorRule, roles: readonly Role[]): boolean =>
  rule === 'everyone' || (rule === 'staff' && roles.some((role) => role !== Role.USER));

/** What somebody typed as a code, by its form. */
export type GivenCode = { oneTime: string } | { recovery: string };

/** Spaces, dashes and case are how people copy codes; `undefined` for what is no code at all. */
export const readCode = (text: string, longest: number): GivenCode | undefined => {
  if (text.length > longest) return undefined;
  const code = text.replaceAll(/[\s-]/g, '').toUpperCase();
  if (/^[0-9]{6}$/.test(code)) return { oneTime: code };
  return /^[A-Z2-7]{24}$/.test(code) ? { recovery: code } : undefined;
};
