import { hasPgbench, preparePgbench, runPgbench } from './pgbench.ts';
import { prepareTpcb, runTpcb } from './tpcb.ts';

/** Short durable transactions of this machine's Postgres, as a measure for ours. */
export interface Reference {
  name: string;
  run(clients: number, lasting: number): Promise<{ perSecond: number }>;
}

/** Pgbench where it is installed; else its transaction through node-postgres, which is slower than pgbench itself. */
export const prepareReference = async (url: string): Promise<Reference> => {
  if (await hasPgbench()) {
    await preparePgbench(url);
    return { name: 'pgbench TPC-B', run: (clients, lasting) => runPgbench(url, clients, lasting) };
  }
  await prepareTpcb(url);
  return { name: 'TPC-B through node-postgres', run: (clients, lasting) => runTpcb(url, clients, lasting) };
};
