// Part of npm run check: every test that docs/security.md names exists and, when a whole `npm test` ran before, was run and passed.
import { evidenceProblems } from './lib/evidence.ts';

const problems = evidenceProblems();
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
