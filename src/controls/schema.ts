import './schema-halts.ts';
import './schema-hours.ts';
import './schema-kill-switches.ts';
import './schema-limits.ts';
