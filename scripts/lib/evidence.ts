import { existsSync, readFileSync } from 'node:fs';

/** Where `npm test` leaves what ran; read by the check of docs/security.md. */
const reportFile = 'node_modules/.cache/bourse-tests.json';

interface Report {
  testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[];
}

interface Named {
  requirement: string;
  file: string;
  title: string;
}

/** The tests that docs/security.md names. */
const namedTests = (page: string): Named[] =>
  [...page.matchAll(/^\| ([\d.]+) \| \d \| `([^`]+)`: "(.+)" \|$/gm)].map(([, requirement, file, title]) => ({
    requirement: requirement!,
    file: file!,
    title: title!,
  }));

/** The beginning of a title up to its first place for a value. */
const fixedPart = (title: string): string => title.split(/%[sijdo]|\$\w/)[0]!.trim();

/** What of the named tests is not there, did not run, or did not pass. Without a report only the sources are looked at. */
export const evidenceProblems = (): string[] => {
  const named = namedTests(readFileSync('docs/security.md', 'utf8'));
  if (named.length < 100) return [`docs/security.md: only ${named.length} tests are named`];
  const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as Report) : undefined;
  return named.flatMap(({ requirement, file, title }) => {
    const say = (problem: string): string[] => [`docs/security.md, ${requirement}: "${title}" of ${file} ${problem}`];
    if (!existsSync(file) || !readFileSync(file, 'utf8').includes(title)) return say('does not exist');
    const results = report?.testResults.find(({ name }) => name.endsWith(`/${file}`))?.assertionResults;
    if (report === undefined) return [];
    const found = (results ?? []).filter((result) => result.fullName.includes(fixedPart(title)));
    if (found.length === 0) return say('did not run');
    return found.every(({ status }) => status === 'passed') ? [] : say('did not pass');
  });
};
