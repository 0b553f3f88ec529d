import { type Exchange, type Handler, type HttpAnswer, refusal } from './answer.ts';
import { exampleTabs } from './examples.ts';
import { contentPolicies } from './headers.ts';

/** GraphiQL comes from its npm package, 9 MB of text, and is loaded when it is first opened. */
const loadAssets = () => import('@graphql-yoga/render-graphiql/graphiql');

const workers = { editorWorkerService: 'editor.js', json: 'json.js', graphql: 'graphql.js' };

/** No inline script anywhere, so that the page's policy can forbid them. */
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Bourse GraphiQL</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/graphiql/app.css">
<style>html, body, #root { height: 100%; margin: 0; }</style>
</head>
<body class="no-focus-outline">
<noscript>GraphiQL needs JavaScript.</noscript>
<div id="root"></div>
<script src="/graphiql/start.js"></script>
<script src="/graphiql/app.js"></script>
<script src="/graphiql/render.js"></script>
</body>
</html>
`;

const start = `self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => '/graphiql/' + ${JSON.stringify(workers)}[label],
};
`;

const options = {
  title: 'Bourse',
  defaultTabs: exampleTabs,
  // An access token typed into the headers tab is not kept in the browser.
  shouldPersistHeaders: false,
  inputValueDeprecation: true,
  directiveIsRepeatable: true,
};

const render = `YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), ${JSON.stringify(options)});
`;

const file = (type: string, read: () => string | Promise<string>): Handler => {
  return async () => ({
    status: 200,
    headers: { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'max-age=3600' },
    body: await read(),
    contentPolicy: contentPolicies.graphiql,
  });
};

/** Open: one page loads all of them, and they cost nothing. */
const served = (type: string, read: () => string | Promise<string>) => ({ GET: file(type, read), open: true as const });
const script = (read: () => string | Promise<string>) => served('text/javascript', read);

/** The page for browsers at /graphql and the files it loads, all from this server. */
export const createGraphiql = () => {
  const showPage = async (exchange: Exchange): Promise<HttpAnswer> => {
    const assets = await loadAssets().catch(() => undefined);
    if (assets === undefined) return refusal(exchange, 'NOT_FOUND', 'GraphiQL is not installed here.');
    return {
      status: 200,
      headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
      body: page,
      contentPolicy: contentPolicies.graphiql,
    };
  };
  return {
    /** A browser that opens the address gets the page, everything else the API. */
    orElse: (operations: Handler): Handler => {
      return (exchange) =>
        exchange.request.headers.accept?.includes('text/html') ? showPage(exchange) : operations(exchange);
    },
    files: [
      ['/graphiql/start.js', script(() => start)],
      ['/graphiql/render.js', script(() => render)],
      ['/graphiql/app.js', script(async () => (await loadAssets()).js)],
      ['/graphiql/app.css', served('text/css', async () => (await loadAssets()).css)],
      [`/graphiql/${workers.editorWorkerService}`, script(async () => (await loadAssets()).editorWorkerService)],
      [`/graphiql/${workers.json}`, script(async () => (await loadAssets()).jsonWorker)],
      [`/graphiql/${workers.graphql}`, script(async () => (await loadAssets()).graphqlWorker)],
    ] satisfies [string, { GET: Handler; open: true }][],
  };
};
