import type { Config } from '../config.ts';
import { limits } from '../limits.ts';
import { createListener, type Listener } from './listener.ts';
import { createRoutes, type RouteParts } from './routes.ts';
import { createServe, type ServeParts } from './serve.ts';

export interface HttpServer {
  /** Resolves to the address once connections are taken. */
  listen(): Promise<{ host: string; port: number }>;
  /** Takes no new connections, finishes the requests in flight, and cuts what is still open after the bound. */
  close(): Promise<void>;
}

type Bounds = { [Name in keyof typeof limits.http]: number };

export interface HttpServerParts extends Omit<ServeParts, 'config'>, Omit<RouteParts, 'config'> {
  config: Pick<Config, 'host' | 'port'> & ServeParts['config'] & RouteParts['config'];
  /** Where the server listens as well, for faces that have a port to themselves. */
  facePorts?: readonly number[];
  /** Tests shorten the waits. */
  bounds?: Bounds;
}

export const createHttpServer = (parts: HttpServerParts): HttpServer => {
  const { config, bounds = limits.http } = parts;
  let draining = false;
  const isDraining = (): boolean => draining;
  const { answerTimeout_ms } = bounds;
  const serve = createServe(parts, { routes: createRoutes(parts, isDraining), answerTimeout_ms, isDraining });

  const listeners: Listener[] = [];
  const open = async (setting: string, port: number): Promise<number> => {
    const listener = createListener({ ...serve, bounds });
    const taken = await listener.listen({ setting, host: config.host, port });
    listeners.push(listener);
    return taken;
  };
  const close = async (): Promise<void> => {
    draining = true;
    const closed = Promise.all(listeners.map((listener) => listener.close()));
    serve.endStreams();
    const cut = setTimeout(() => {
      for (const listener of listeners) listener.cut();
    }, bounds.drain_ms);
    await closed;
    clearTimeout(cut);
  };

  return {
    listen: async () => {
      try {
        const port = await open('PORT', config.port);
        for (const other of parts.facePorts ?? []) if (other !== port) await open('REST_FACES', other);
        return { host: config.host, port };
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
};
