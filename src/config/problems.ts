export interface SettingProblem {
  setting: string;
  problem: string;
}

/** Settings that the server refuses to start with; `main.ts` prints the message, a line for each, and exits with 1. */
export class ConfigError extends Error {
  constructor(setting: string, problem: string, further: readonly SettingProblem[] = []) {
    super([{ setting, problem }, ...further].map((one) => `${one.setting}: ${one.problem}`).join('\n'));
    this.name = 'ConfigError';
  }
}

/** Tells all at once, so that a deployment is not mended one start at a time. */
export const refuseProblems = ([first, ...further]: readonly SettingProblem[]): void => {
  if (first !== undefined) throw new ConfigError(first.setting, first.problem, further);
};
